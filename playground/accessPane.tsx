/** The pane "Access": a field for the token, and who its caller is. */
import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import {
  type ComponentProps,
  createContext,
  type ReactNode,
  type SubmitEvent,
  useContext,
  useEffect,
  useRef,
  useSyncExternalStore,
} from 'react';
import type { Access, AccessState, Viewer } from './access';
import { exchanged } from './examples';

const TITLE = 'Access';
const AccessContext = createContext<Access | null>(null);
export const AccessProvider = AccessContext.Provider;

function useAccess(): readonly [Access, AccessState] {
  const access = useContext(AccessContext);
  if (!access) throw new Error('the pane is used without AccessProvider');
  return [access, useSyncExternalStore(access.subscribe, access.current)];
}

/** GraphiQL shows the pane of a plugin only after a click on its button. */
const sidebarButton = (verb: 'Show' | 'Hide'): HTMLButtonElement | null =>
  document.querySelector<HTMLButtonElement>(`.graphiql-sidebar button[aria-label="${verb} ${TITLE}"]`);

function KeyIcon(props: ComponentProps<'svg'>): ReactNode {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" {...props}>
      <title>key icon</title>
      <circle cx="7.5" cy="16.5" r="4.5" />
      <path d="M10.7 13.3 20.5 3.5M16 8l3.5 3.5M13 11l2 2" />
    </svg>
  );
}

function Caller({ viewer: { name, scopes } }: { readonly viewer: Viewer }): ReactNode {
  return (
    <dl className="nsync-caller">
      <dt>Name</dt>
      <dd>{name}</dd>
      <dt>Scopes</dt>
      {scopes.length === 0 ? <dd>none</dd> : scopes.map((scope) => <dd key={scope}>{scope}</dd>)}
    </dl>
  );
}

/** Whether the keyboard is in use elsewhere, so that nothing may take it away. */
const isTyping = (): boolean => document.activeElement?.matches('input, textarea, [role="textbox"]') ?? false;

function Pane(): ReactNode {
  const [access, { hasToken, viewer, problem }] = useAccess();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (access.current().problem !== null && !isTyping()) input.current?.focus();
  }, [access]);
  const use = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const field = input.current;
    if (field && (await access.use(field.value))) field.value = '';
  };
  const forget = async (): Promise<void> => {
    input.current?.focus();
    await access.forget();
  };
  return (
    <section className="nsync-access" aria-label={TITLE}>
      <h2>{TITLE}</h2>
      <div role="status">{viewer && <Caller viewer={viewer} />}</div>
      <p role="alert" id="nsync-problem">
        {problem}
      </p>
      <form onSubmit={(event) => void use(event)}>
        <label htmlFor="nsync-token">{hasToken ? 'Another token' : 'Token'}</label>
        {/* Browsers offer to save passwords, but no one-time codes: the token is to end with the tab. */}
        <input
          ref={input}
          id="nsync-token"
          type="password"
          autoComplete="one-time-code"
          spellCheck={false}
          required
          aria-invalid={problem !== null}
          aria-describedby="nsync-problem"
        />
        <div className="nsync-buttons">
          <button type="submit" className="nsync-use">
            Use
          </button>
          {hasToken && (
            <button type="button" onClick={() => void forget()}>
              Forget
            </button>
          )}
        </div>
      </form>
      <p>
        The playground sends the token with every request, unless a tab sets the header <code>Authorization</code>. The
        token is stored until you close this browser tab.
      </p>
      <p>
        The command <code>nsync token create</code> creates tokens.
      </p>
    </section>
  );
}

export const ACCESS_PLUGIN: GraphiQLPlugin = { title: TITLE, icon: KeyIcon, content: Pane };

/** Beside the logo: who the caller is. */
export function AccessButton(): ReactNode {
  const [, { viewer, problem }] = useAccess();
  const isOpen = useGraphiQL(({ visiblePlugin }) => visiblePlugin === ACCESS_PLUGIN);
  const caller = viewer?.name ?? (problem === null ? '…' : 'No access');
  return (
    <button
      type="button"
      className="nsync-access-button"
      title={caller}
      aria-label={`${TITLE}: ${caller}`}
      aria-expanded={isOpen}
      onClick={() => sidebarButton(isOpen ? 'Hide' : 'Show')?.click()}
    >
      <KeyIcon aria-hidden />
      <span>{caller}</span>
    </button>
  );
}

/** Opens the pane when the server refuses a request. */
export function OpenWhenRefused(): null {
  const [, { refusals }] = useAccess();
  useEffect(() => {
    if (refusals > 0) sidebarButton('Show')?.click();
  }, [refusals]);
  return null;
}

/** When the caller changes: exchanges the examples among the tabs, and removes the answers to the former caller. */
export function ExchangeExamples(): null {
  const [, { exchange }] = useAccess();
  const actions = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const active = useGraphiQL((state) => state.tabs[state.activeTabIndex]);
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    if (!exchange || !active) return;
    const order = exchanged(tabs, exchange.from, exchange.to);
    const isActiveKept = order.includes(active);
    // GraphiQL needs the active tab among the new ones, and itself.
    const unanswered = order.map((tab) => (tab === active ? tab : { ...tab, response: null }));
    actions.moveTab(isActiveKept ? unanswered : [...unanswered, active]);
    if (isActiveKept) {
      actions.updateActiveTabValues({ response: null });
      responseEditor?.setValue('');
    } else {
      actions.changeTab(0);
      actions.closeTab(order.length);
    }
  }, [exchange]);
  return null;
}
