/** Files that esbuild puts into the page as texts. */
declare module '*.graphql' {
  const text: string;
  export default text;
}
