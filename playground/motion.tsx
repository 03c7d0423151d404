/**
 * Stands for framer-motion, which GraphiQL uses for tabs that can be dragged. On a touch screen a finger then drags a tab
 * instead of scrolling to the others, and with a mouse a press can begin a drag. These tabs stay where they are.
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
