import { describePrograms } from './programs';

describePrograms('MariaDB');
