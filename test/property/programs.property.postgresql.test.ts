import { describePrograms } from './programs';

describePrograms('PostgreSQL');
