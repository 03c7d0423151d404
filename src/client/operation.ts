/** The text of an operation, with the types of its data and variables. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly isMutation: boolean;
  readonly text: string;
  /** Never set: connects the types to the text. */
  readonly types?: (variables: Variables) => Data;
}
