/** Objection models of a GTFS feed (https://gtfs.org/documentation/schedule/reference). */
import { Model, type RelationMappings } from 'objection';

const belongsTo = (modelClass: () => typeof Model, from: string, to: string) => ({
  relation: Model.BelongsToOneRelation,
  modelClass,
  join: { from, to },
});

export class Agency extends Model {
  static override tableName = 'gtfs_agency';
}

export class Route extends Model {
  static override tableName = 'gtfs_route';
  static override relationMappings = (): RelationMappings => ({
    agency: belongsTo(() => Agency, 'gtfs_route.agency_fk', 'gtfs_agency.id'),
  });
}

export class Stop extends Model {
  static override tableName = 'gtfs_stop';
}

export class CalendarDate extends Model {
  static override tableName = 'gtfs_calendar_date';
}

export class Trip extends Model {
  static override tableName = 'gtfs_trip';
  static override relationMappings = (): RelationMappings => ({
    route: belongsTo(() => Route, 'gtfs_trip.route_fk', 'gtfs_route.id'),
  });
}

export class StopTime extends Model {
  static override tableName = 'gtfs_stop_time';
  static override relationMappings = (): RelationMappings => ({
    trip: belongsTo(() => Trip, 'gtfs_stop_time.trip_fk', 'gtfs_trip.id'),
    stop: belongsTo(() => Stop, 'gtfs_stop_time.stop_fk', 'gtfs_stop.id'),
  });
}

export class Transfer extends Model {
  static override tableName = 'gtfs_transfer';
  static override relationMappings = (): RelationMappings => ({
    from_stop: belongsTo(() => Stop, 'gtfs_transfer.from_stop_fk', 'gtfs_stop.id'),
    to_stop: belongsTo(() => Stop, 'gtfs_transfer.to_stop_fk', 'gtfs_stop.id'),
    from_trip: belongsTo(() => Trip, 'gtfs_transfer.from_trip_fk', 'gtfs_trip.id'),
    to_trip: belongsTo(() => Trip, 'gtfs_transfer.to_trip_fk', 'gtfs_trip.id'),
  });
}
