/** Emitted from schema/operations by "npm run schema". */
import type * as types from '../../schema/operations/generated';
import type { Operation } from './operation';

export const Viewer: Operation<types.ViewerQuery, types.ViewerQueryVariables> = {
  name: 'Viewer',
  isMutation: false,
  text: `query Viewer {
  viewer {
    name
    scopes
  }
}`,
};

export const Tokens: Operation<types.TokensQuery, types.TokensQueryVariables> = {
  name: 'Tokens',
  isMutation: false,
  text: `query Tokens($first: Int!, $after: String) {
  tokens(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...Token
    }
  }
}
fragment Token on Token {
  name
  prefix
  scopes
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`,
};

export const CreateToken: Operation<types.CreateTokenMutation, types.CreateTokenMutationVariables> = {
  name: 'CreateToken',
  isMutation: true,
  text: `mutation CreateToken($input: CreateTokenInput!) {
  createToken(input: $input) {
    secret
    token {
      ...Token
    }
  }
}
fragment Token on Token {
  name
  prefix
  scopes
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`,
};

export const RevokeToken: Operation<types.RevokeTokenMutation, types.RevokeTokenMutationVariables> = {
  name: 'RevokeToken',
  isMutation: true,
  text: `mutation RevokeToken($input: RevokeTokenInput!) {
  revokeToken(input: $input) {
    token {
      ...Token
    }
  }
}
fragment Token on Token {
  name
  prefix
  scopes
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`,
};

export const AuditEvents: Operation<types.AuditEventsQuery, types.AuditEventsQueryVariables> = {
  name: 'AuditEvents',
  isMutation: false,
  text: `query AuditEvents($actor: String, $actions: [AuditAction!], $first: Int!, $after: String) {
  auditEvents(actor: $actor, actions: $actions, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      at
      actor
      action
      subject
      details
      requestId
    }
  }
}`,
};

export const ModelList: Operation<types.ModelListQuery, types.ModelListQueryVariables> = {
  name: 'ModelList',
  isMutation: false,
  text: `query ModelList {
  modelWarnings
  models {
    name
    table
    idField
    objectCount
    syncable
    reason
    fields {
      name
    }
    relations {
      name
    }
  }
}`,
};

export const ModelDetails: Operation<types.ModelDetailsQuery, types.ModelDetailsQueryVariables> = {
  name: 'ModelDetails',
  isMutation: false,
  text: `query ModelDetails($name: String!) {
  model(name: $name) {
    name
    table
    idField
    objectCount
    uniqueKeys
    fields {
      name
      type
      nullable
      hasDefault
      maxLength
    }
    relations {
      name
      kind
      model
      columns
      reason
    }
  }
}`,
};

export const ModelRelations: Operation<types.ModelRelationsQuery, types.ModelRelationsQueryVariables> = {
  name: 'ModelRelations',
  isMutation: false,
  text: `query ModelRelations {
  models {
    name
    relations {
      name
      kind
    }
  }
}`,
};

export const MappingList: Operation<types.MappingListQuery, types.MappingListQueryVariables> = {
  name: 'MappingList',
  isMutation: false,
  text: `query MappingList($filter: ExternalKeyMappingFilter, $first: Int!, $after: String) {
  externalKeyMappings(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      system {
        name
      }
      model
      externalKey
      objectId
      createdAt
      updatedAt
    }
  }
}`,
};

export const RunSummary: Operation<types.RunSummaryQuery, types.RunSummaryQueryVariables> = {
  name: 'RunSummary',
  isMutation: false,
  text: `query RunSummary($id: ID!) {
  run(id: $id) {
    ...Run
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}`,
};

export const RunOutcomes: Operation<types.RunOutcomesQuery, types.RunOutcomesQueryVariables> = {
  name: 'RunOutcomes',
  isMutation: false,
  text: `query RunOutcomes($id: ID!, $statuses: [RowStatus!], $severity: Severity, $first: Int!, $after: String) {
  run(id: $id) {
    outcomes(first: $first, after: $after, statuses: $statuses, severity: $severity) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...Outcome
      }
    }
  }
}
fragment Outcome on RowOutcome {
  row
  line
  file
  externalKey
  status
  objectId
  changes {
    field
    before
    after
  }
  alsoDeleted
  problems {
    code
    severity
    field
    message
  }
}`,
};

export const RunningRuns: Operation<types.RunningRunsQuery, types.RunningRunsQueryVariables> = {
  name: 'RunningRuns',
  isMutation: false,
  text: `query RunningRuns {
  runs(statuses: [RUNNING], first: 100) {
    nodes {
      id
      requestId
      progress {
        phase
        rowsDone
        rowsTotal
        rowsPerSecond
      }
    }
  }
}`,
};

export const SyncFile: Operation<types.SyncFileMutation, types.SyncFileMutationVariables> = {
  name: 'SyncFile',
  isMutation: true,
  text: `mutation SyncFile($input: SyncCsvInput!) {
  syncCsv(input: $input) {
    run {
      ...Run
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}`,
};

export const SyncFiles: Operation<types.SyncFilesMutation, types.SyncFilesMutationVariables> = {
  name: 'SyncFiles',
  isMutation: true,
  text: `mutation SyncFiles($input: SyncCsvFilesInput!) {
  syncCsvFiles(input: $input) {
    run {
      ...Run
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}`,
};

export const VisibleModels: Operation<types.VisibleModelsQuery, types.VisibleModelsQueryVariables> = {
  name: 'VisibleModels',
  isMutation: false,
  text: `query VisibleModels {
  models {
    name
  }
}`,
};

export const VisibleSystems: Operation<types.VisibleSystemsQuery, types.VisibleSystemsQueryVariables> = {
  name: 'VisibleSystems',
  isMutation: false,
  text: `query VisibleSystems($first: Int!) {
  externalSystems(first: $first) {
    nodes {
      name
    }
  }
}`,
};

export const Limits: Operation<types.LimitsQuery, types.LimitsQueryVariables> = {
  name: 'Limits',
  isMutation: false,
  text: `query Limits {
  limits {
    rowsPerCall
    bodyBytes
    uploadBytes
    pageSize
    requestValues
  }
}`,
};

export const ExternalKeyMappings: Operation<types.ExternalKeyMappingsQuery, types.ExternalKeyMappingsQueryVariables> = {
  name: 'ExternalKeyMappings',
  isMutation: false,
  text: `query ExternalKeyMappings($filter: ExternalKeyMappingFilter, $first: Int!, $after: String) {
  externalKeyMappings(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    edges {
      cursor
      node {
        id
      }
    }
    nodes {
      id
      model
      externalKey
      objectId
      system {
        name
      }
      object {
        id
        values
      }
    }
  }
}`,
};

export const Models: Operation<types.ModelsQuery, types.ModelsQueryVariables> = {
  name: 'Models',
  isMutation: false,
  text: `query Models {
  models {
    name
    table
    idField
    syncable
    reason
    objectCount
    uniqueKeys
    fields {
      name
      type
      nullable
      hasDefault
      generated
      writable
      maxLength
      members
    }
    relations {
      name
      kind
      model
      columns
    }
  }
  limits {
    rowsPerCall
    bodyBytes
    uploadBytes
    pageSize
  }
}`,
};

export const SyncedObject: Operation<types.SyncedObjectQuery, types.SyncedObjectQueryVariables> = {
  name: 'SyncedObject',
  isMutation: false,
  text: `query SyncedObject($model: String!, $id: ID!) {
  object(model: $model, id: $id) {
    ...TouchedObject
  }
}
fragment TouchedObject on SyncedObject {
  model
  id
  values
  mappings {
    externalKey
    system {
      name
    }
  }
  touchedBy {
    system {
      name
    }
    externalKeys
    firstTouchedAt
    lastTouchedAt
    lastRun {
      id
      status
    }
  }
}`,
};

export const SyncedObjects: Operation<types.SyncedObjectsQuery, types.SyncedObjectsQueryVariables> = {
  name: 'SyncedObjects',
  isMutation: false,
  text: `query SyncedObjects($model: String!, $where: JSONObject, $first: Int!, $after: String) {
  objects(model: $model, where: $where, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...TouchedObject
    }
  }
}
fragment TouchedObject on SyncedObject {
  model
  id
  values
  mappings {
    externalKey
    system {
      name
    }
  }
  touchedBy {
    system {
      name
    }
    externalKeys
    firstTouchedAt
    lastTouchedAt
    lastRun {
      id
      status
    }
  }
}`,
};

export const ReloadModels: Operation<types.ReloadModelsMutation, types.ReloadModelsMutationVariables> = {
  name: 'ReloadModels',
  isMutation: true,
  text: `mutation ReloadModels {
  reloadModels {
    models {
      name
    }
    added
    removed
    changed
  }
}`,
};

export const Runs: Operation<types.RunsQuery, types.RunsQueryVariables> = {
  name: 'Runs',
  isMutation: false,
  text: `query Runs($system: String, $statuses: [RunStatus!], $first: Int!, $after: String) {
  runs(system: $system, statuses: $statuses, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...Run
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}`,
};

export const CancelRun: Operation<types.CancelRunMutation, types.CancelRunMutationVariables> = {
  name: 'CancelRun',
  isMutation: true,
  text: `mutation CancelRun($input: CancelRunInput!) {
  cancelRun(input: $input) {
    run {
      ...Run
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}`,
};

export const PruneRuns: Operation<types.PruneRunsMutation, types.PruneRunsMutationVariables> = {
  name: 'PruneRuns',
  isMutation: true,
  text: `mutation PruneRuns($input: PruneRunsInput!) {
  pruneRuns(input: $input) {
    runs
    outcomes
  }
}`,
};

export const WatchRun: Operation<types.WatchRunSubscription, types.WatchRunSubscriptionVariables> = {
  name: 'WatchRun',
  isMutation: false,
  text: `subscription WatchRun($id: ID!) {
  runProgress(id: $id) {
    ...Run
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}`,
};

export const Run: Operation<types.RunQuery, types.RunQueryVariables> = {
  name: 'Run',
  isMutation: false,
  text: `query Run($id: ID!, $statuses: [RowStatus!], $severity: Severity, $first: Int!, $after: String) {
  run(id: $id) {
    ...Run
    outcomes(first: $first, after: $after, statuses: $statuses, severity: $severity) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...Outcome
      }
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}
fragment Outcome on RowOutcome {
  row
  line
  file
  externalKey
  status
  objectId
  changes {
    field
    before
    after
  }
  alsoDeleted
  problems {
    code
    severity
    field
    message
  }
}`,
};

export const SyncCsv: Operation<types.SyncCsvMutation, types.SyncCsvMutationVariables> = {
  name: 'SyncCsv',
  isMutation: true,
  text: `mutation SyncCsv($input: SyncCsvInput!) {
  syncCsv(input: $input) {
    run {
      ...Run
      outcomes(first: 1000) {
        totalCount
        nodes {
          ...Outcome
        }
      }
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}
fragment Outcome on RowOutcome {
  row
  line
  file
  externalKey
  status
  objectId
  changes {
    field
    before
    after
  }
  alsoDeleted
  problems {
    code
    severity
    field
    message
  }
}`,
};

export const SyncCsvFiles: Operation<types.SyncCsvFilesMutation, types.SyncCsvFilesMutationVariables> = {
  name: 'SyncCsvFiles',
  isMutation: true,
  text: `mutation SyncCsvFiles($input: SyncCsvFilesInput!) {
  syncCsvFiles(input: $input) {
    run {
      ...Run
      outcomes(first: 1000) {
        totalCount
        nodes {
          ...Outcome
        }
      }
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}
fragment Outcome on RowOutcome {
  row
  line
  file
  externalKey
  status
  objectId
  changes {
    field
    before
    after
  }
  alsoDeleted
  problems {
    code
    severity
    field
    message
  }
}`,
};

export const SyncRows: Operation<types.SyncRowsMutation, types.SyncRowsMutationVariables> = {
  name: 'SyncRows',
  isMutation: true,
  text: `mutation SyncRows($input: SyncRowsInput!) {
  syncRows(input: $input) {
    run {
      ...Run
    }
    outcomes {
      ...Outcome
    }
  }
}
fragment Run on SyncRun {
  id
  status
  dryRun
  replayed
  startedAt
  finishedAt
  progress {
    phase
    rowsDone
    rowsTotal
    rowsPerSecond
    secondsLeft
  }
  systems {
    name
  }
  sources {
    system {
      name
    }
    model
    file
    counts {
      ...Counts
    }
  }
  counts {
    ...Counts
  }
  problems {
    code
    severity
    field
    message
  }
  problemGroups {
    code
    severity
    field
    file
    count
    rows
    message
  }
}
fragment Counts on RunCounts {
  rows
  created
  updated
  unchanged
  deleted
  unlinked
  skipped
  failed
  warnings
}
fragment Outcome on RowOutcome {
  row
  line
  file
  externalKey
  status
  objectId
  changes {
    field
    before
    after
  }
  alsoDeleted
  problems {
    code
    severity
    field
    message
  }
}`,
};

export const ExternalSystems: Operation<types.ExternalSystemsQuery, types.ExternalSystemsQueryVariables> = {
  name: 'ExternalSystems',
  isMutation: false,
  text: `query ExternalSystems($first: Int!, $after: String) {
  externalSystems(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      name
      description
      createdAt
      mappingCount
    }
  }
}`,
};

export const SaveExternalSystem: Operation<types.SaveExternalSystemMutation, types.SaveExternalSystemMutationVariables> = {
  name: 'SaveExternalSystem',
  isMutation: true,
  text: `mutation SaveExternalSystem($input: SaveExternalSystemInput!) {
  saveExternalSystem(input: $input) {
    created
    externalSystem {
      name
      description
    }
  }
}`,
};

export const DeleteExternalSystem: Operation<types.DeleteExternalSystemMutation, types.DeleteExternalSystemMutationVariables> = {
  name: 'DeleteExternalSystem',
  isMutation: true,
  text: `mutation DeleteExternalSystem($input: DeleteExternalSystemInput!) {
  deleteExternalSystem(input: $input) {
    deletedName
    deletedMappings
  }
}`,
};

export const Webhooks: Operation<types.WebhooksQuery, types.WebhooksQueryVariables> = {
  name: 'Webhooks',
  isMutation: false,
  text: `query Webhooks {
  webhooks {
    ...Webhook
  }
}
fragment Webhook on Webhook {
  name
  url
  systems
  statuses
  createdAt
  disabledAt
}`,
};

export const WebhookDeliveries: Operation<types.WebhookDeliveriesQuery, types.WebhookDeliveriesQueryVariables> = {
  name: 'WebhookDeliveries',
  isMutation: false,
  text: `query WebhookDeliveries($name: String!, $first: Int!, $after: String) {
  webhook(name: $name) {
    deliveries(first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        runId
        status
        attempts
        lastStatusCode
        lastError
        nextAttemptAt
        createdAt
        deliveredAt
      }
    }
  }
}`,
};

export const SaveWebhook: Operation<types.SaveWebhookMutation, types.SaveWebhookMutationVariables> = {
  name: 'SaveWebhook',
  isMutation: true,
  text: `mutation SaveWebhook($input: SaveWebhookInput!) {
  saveWebhook(input: $input) {
    secret
    webhook {
      ...Webhook
    }
  }
}
fragment Webhook on Webhook {
  name
  url
  systems
  statuses
  createdAt
  disabledAt
}`,
};

export const DeleteWebhook: Operation<types.DeleteWebhookMutation, types.DeleteWebhookMutationVariables> = {
  name: 'DeleteWebhook',
  isMutation: true,
  text: `mutation DeleteWebhook($input: DeleteWebhookInput!) {
  deleteWebhook(input: $input) {
    name
  }
}`,
};
