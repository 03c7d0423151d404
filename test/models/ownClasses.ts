/** A user's own Objection classes, and their tables. */
import type { Knex } from 'knex';
import {
  type JSONSchema,
  Model,
  type ModelOptions,
  type QueryContext,
  type RelationMappings,
  snakeCaseMappers,
} from 'objection';

export class Company extends Model {
  static override tableName = 'company';
  static override idColumn = ['country', 'number'];
  static override relationMappings = (): RelationMappings => ({
    employees: {
      relation: Model.HasManyRelation,
      modelClass: Employee,
      join: { from: ['company.country', 'company.number'], to: ['employee.companyCountry', 'employee.companyNumber'] },
    },
    seat: {
      relation: Model.HasOneRelation,
      modelClass: Seat,
      join: { from: ['company.country', 'company.number'], to: ['seat.country', 'seat.number'] },
    },
  });
}

export class Seat extends Model {
  static override tableName = 'seat';
}

export class Employee extends Model {
  static override tableName = 'employee';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonSchema: JSONSchema = {
    type: 'object',
    required: ['fullName'],
    properties: { fullName: { type: 'string', minLength: 2 }, level: { type: ['integer', 'null'], maximum: 9 } },
  };

  declare fullName: string;

  set initials(value: string) {
    this.fullName = `${value.split('').join('. ')}.`;
  }

  static override relationMappings = (): RelationMappings => ({
    company: {
      relation: Model.BelongsToOneRelation,
      modelClass: Company,
      join: { from: ['employee.companyCountry', 'employee.companyNumber'], to: ['company.country', 'company.number'] },
    },
    manager: {
      relation: Model.BelongsToOneRelation,
      modelClass: Employee,
      join: { from: 'employee.managerId', to: 'employee.id' },
    },
    skills: {
      relation: Model.ManyToManyRelation,
      modelClass: Skill,
      join: {
        from: 'employee.id',
        through: { from: 'employee_skill.employee_id', to: 'employee_skill.skill_code', extra: ['grade'] },
        to: 'skill.code',
      },
    },
    mentor: {
      relation: Model.HasOneThroughRelation,
      modelClass: () => Employee,
      join: {
        from: 'employee.id',
        through: { from: 'mentoring.employee_id', to: 'mentoring.mentor_id' },
        to: 'employee.id',
      },
    },
  });
}

export class Skill extends Model {
  static override tableName = 'skill';
  static override idColumn = 'code';
}

/** The calls of Hooked's hooks. */
export const calls: string[] = [];

export class Hooked extends Model {
  static override tableName = 'hooked';
  declare id: number;
  declare name: string;
  declare stamp?: string;

  override async $beforeInsert(context: QueryContext): Promise<void> {
    await super.$beforeInsert(context);
    this.stamp = 'inserted';
    calls.push(
      `beforeInsert ${this.name} ${(context.transaction as Knex).isTransaction ? 'in' : 'outside of'} a transaction`,
    );
  }

  override $afterInsert(): void {
    calls.push(`afterInsert ${this.name} ${typeof this.id}`);
  }

  override $beforeUpdate(options: ModelOptions): void {
    this.stamp = `updated from ${(options.old as Hooked).name}`;
  }

  override $beforeDelete(): void {
    calls.push(`beforeDelete ${this.name}`);
  }
}

export class Counted extends Model {
  static override tableName = 'counted';
  static override beforeInsert({ inputItems }: { inputItems: Model[] }): void {
    for (const item of inputItems) Object.assign(item, { note: 'static hook' });
  }
}

export class Generated extends Model {
  static override tableName = 'generated';
}

export async function createTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('company', (table) => {
    table.string('country', 2).notNullable();
    table.integer('number').notNullable();
    table.string('name', 50).notNullable();
    table.primary(['country', 'number']);
  });
  await knex.schema.createTable('seat', (table) => {
    table.increments('id');
    table.string('town', 50).notNullable();
    table.string('country', 2);
    table.integer('number');
  });
  await knex.schema.createTable('employee', (table) => {
    table.increments('id');
    table.string('full_name', 50).notNullable();
    table.integer('level');
    table.string('company_country', 2);
    table.integer('company_number');
    table.integer('manager_id').unsigned().references('employee.id').onDelete('SET NULL');
    table
      .foreign(['company_country', 'company_number'])
      .references(['country', 'number'])
      .inTable('company')
      .onDelete('CASCADE');
  });
  await knex.schema.createTable('skill', (table) => {
    table.string('code', 10).primary();
  });
  await knex.schema.createTable('employee_skill', (table) => {
    table.integer('employee_id').unsigned().notNullable().references('employee.id').onDelete('CASCADE');
    table.string('skill_code', 10).notNullable().references('skill.code').onDelete('CASCADE');
    table.integer('grade').notNullable().defaultTo(1);
    table.primary(['employee_id', 'skill_code']);
  });
  await knex.schema.createTable('mentoring', (table) => {
    table.integer('employee_id').unsigned().notNullable();
    table.integer('mentor_id').unsigned().notNullable();
  });
  await knex.schema.createTable('hooked', (table) => {
    table.increments('id');
    table.string('name', 50).notNullable();
    table.string('stamp', 100);
  });
  await knex.schema.createTable('counted', (table) => {
    table.increments('id');
    table.string('name', 50).notNullable();
    table.string('note', 100);
  });
  const uuid =
    { pg: 'uuid DEFAULT gen_random_uuid()', mysql2: 'uuid DEFAULT uuid()' }[knex.client.config.client as string] ??
    'char(36) DEFAULT (lower(hex(randomblob(16))))';
  await knex.schema.createTable('generated', (table) => {
    table.specificType('id', `${uuid} PRIMARY KEY`);
    table.string('name', 50).notNullable();
  });
}
