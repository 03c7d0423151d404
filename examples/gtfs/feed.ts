/** How the files of a feed are synced: which model, what finds an object, and which columns are references. */

export interface FeedFile {
  readonly file: string;
  readonly model: string;
  readonly matchOn: string;
  /** Headers that are references by natural key. */
  readonly columns: readonly { readonly header: string; readonly name: string }[];
}

/** What is referred to comes first. */
export const FEED: readonly FeedFile[] = [
  { file: 'agency', model: 'Agency', matchOn: 'agency_id', columns: [] },
  { file: 'routes', model: 'Route', matchOn: 'route_id', columns: [] },
  { file: 'stops', model: 'Stop', matchOn: 'stop_id', columns: [] },
  { file: 'calendar_dates', model: 'CalendarDate', matchOn: 'service_id date', columns: [] },
  { file: 'trips', model: 'Trip', matchOn: 'trip_id', columns: [{ header: 'route_id', name: 'route=>route_id' }] },
  {
    file: 'stop_times',
    model: 'StopTime',
    matchOn: 'trip=>trip_id stop_sequence',
    columns: [
      { header: 'trip_id', name: 'trip=>trip_id' },
      { header: 'stop_id', name: 'stop=>stop_id' },
    ],
  },
  {
    file: 'transfers',
    model: 'Transfer',
    matchOn: 'from_stop=>stop_id to_stop=>stop_id from_trip=>trip_id to_trip=>trip_id',
    columns: [
      { header: 'from_stop_id', name: 'from_stop=>stop_id' },
      { header: 'to_stop_id', name: 'to_stop=>stop_id' },
      { header: 'from_trip_id', name: 'from_trip=>trip_id' },
      { header: 'to_trip_id', name: 'to_trip=>trip_id' },
    ],
  },
];
