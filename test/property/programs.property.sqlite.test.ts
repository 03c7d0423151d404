import { describePrograms } from './programs';

describePrograms('SQLite');
