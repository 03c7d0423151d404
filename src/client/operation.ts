/** An operation as it is sent, with the types of its data and variables. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly isMutation: boolean;
  readonly text: string;
  /** Never there: it ties the types to the text. */
  readonly types?: (variables: Variables) => Data;
}
