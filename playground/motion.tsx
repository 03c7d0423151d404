/**
 * Stands for framer-motion, of which GraphiQL uses the tabs that can be dragged. Motion moves a tab when a pointer goes
 * down on it, and the click is lost. These tabs stay where they are.
 */
import type { ComponentProps, ReactNode } from 'react';

const Group = ({ children, className, ref, role, 'aria-label': label }: ComponentProps<'ul'>): ReactNode => (
  <ul {...{ className, ref, role }} aria-label={label}>
    {children}
  </ul>
);

const Item = ({ children, className, ref, role, 'aria-selected': isSelected }: ComponentProps<'li'>): ReactNode => (
  <li {...{ className, ref, role }} aria-selected={isSelected}>
    {children}
  </li>
);

export const Reorder = { Group, Item };
