/** Removes what the global setup has made. */
import { removeTemplates } from './templates';

export default removeTemplates;
