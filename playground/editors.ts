/** How the page's editors look and check, beyond what GraphiQL settles. */
import type * as Monaco from 'monaco-editor';
import { type JsonSchema, widened } from './variables';

const NARROW_PX = 600;

const optionsOf = (): Monaco.editor.IEditorOptions => {
  const isNarrow = window.innerWidth < NARROW_PX;
  return {
    // Nothing is cut off, whatever the width of the window.
    wordWrap: 'on',
    wrappingIndent: 'indent',
    fontSize: isNarrow ? 13 : 14,
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    lineNumbers: isNarrow ? 'off' : 'on',
    folding: !isNarrow,
    // Names of models and fields stand within quotes.
    quickSuggestions: { other: true, comments: false, strings: true },
    // The list may be taller than its editor.
    fixedOverflowWidgets: true,
  };
};

/** Sets the options of all editors, those to come included. */
export function arrangeEditors(monaco: typeof Monaco): Monaco.IDisposable {
  for (const editor of monaco.editor.getEditors()) editor.updateOptions(optionsOf());
  const creation = monaco.editor.onDidCreateEditor((editor) => editor.updateOptions(optionsOf()));
  const onResize = (): void => monaco.editor.getEditors().forEach((editor) => editor.updateOptions(optionsOf()));
  window.addEventListener('resize', onResize);
  return {
    dispose: () => {
      creation.dispose();
      window.removeEventListener('resize', onResize);
    },
  };
}

/** Widens each schema of variables that GraphiQL makes of an edited operation. */
export function widenVariables(monaco: typeof Monaco): Monaco.IDisposable {
  const { jsonDefaults } = monaco.languages.json;
  const done = new WeakSet<JsonSchema>();
  const widen = (): void => {
    const { schemas = [], ...options } = jsonDefaults.diagnosticsOptions;
    const isNew = (schema: unknown): schema is JsonSchema =>
      typeof schema === 'object' && schema !== null && !done.has(schema as JsonSchema);
    if (!schemas.some(({ schema }) => isNew(schema))) return;
    const operation = monaco.editor.getModels().find(({ uri }) => uri.path.endsWith('operation.graphql'));
    const wide = schemas.map(({ schema, ...rest }) => {
      const result = isNew(schema) ? widened(schema, operation?.getValue() ?? '') : (schema as JsonSchema);
      done.add(result);
      return { ...rest, schema: result };
    });
    jsonDefaults.setDiagnosticsOptions({ ...options, schemas: wide });
  };
  widen();
  return jsonDefaults.onDidChange(widen);
}

/** The offset of the cursor in the operation; -1 without an editor. */
export function operationCursor(monaco: typeof Monaco): number {
  const editor = monaco.editor.getEditors().find((each) => each.getModel()?.uri.path.endsWith('operation.graphql'));
  const position = editor?.getPosition();
  return (position && editor?.getModel()?.getOffsetAt(position)) ?? -1;
}
