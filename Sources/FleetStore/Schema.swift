import GRDB

/// The tables, as named migrations that are never edited once released: a change is a new migration.
///
/// Version ledger (each released schema has a fixture database under Tests/FleetStoreTests/Fixtures):
///
/// | schema | migration              | since | what it brought                                                         |
/// |--------|------------------------|-------|-------------------------------------------------------------------------|
/// | 1      | `001-initial`          | 0.1   | journal with hash chain, plans, rollouts, observations, floors, backups |
/// | 2      | `002-compute-views`    | 0.1   | the newest look at a host in Nova, for plans that are made offline      |
/// | 3      | `003-observed-changes` | 0.1   | which looks told something new, so that the past is kept                |
/// | 4      | `004-fences`           | 0.1   | who may write the journal: the newest token                             |
/// | 5      | `005-booking-marks`    | 0.1   | planned, approved and left rollouts are found without reading all       |
/// | 6      | `006-receivers`        | 0.1   | how far each receiver of notifications has been told                    |
/// | 7      | `007-standing-targets` | 0.1   | since when each host is wanted to run what it is wanted to run          |
///
/// Tables are STRICT, so that a column can only hold its own type. Times are milliseconds since 1970 UTC. Bodies are
/// JSON with sorted keys. The journal is the only truth about what happened (D1); plans, floors and backups are facts
/// of their own; `rollouts` is an index that the journal could rebuild.
enum Schema {
  struct Migration: Sendable {
    let name: String
    let sql: String
  }

  static let migrations: [Migration] = [
    Migration(name: "001-initial", sql: initial), Migration(name: "002-compute-views", sql: computeViews),
    Migration(name: "003-observed-changes", sql: observedChanges),
    Migration(name: "004-fences", sql: fences), Migration(name: "005-booking-marks", sql: bookingMarks),
    Migration(name: "006-receivers", sql: receivers),
    Migration(name: "007-standing-targets", sql: standingTargets),
  ]

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
    }
    return migrator
  }

  /// The condition of the partial index `journal_marks`; a query must repeat it word for word to use the index.
  static let markCondition = """
    kind IN ('rolloutStarted', 'rolloutPaused', 'rolloutResumed', 'rolloutHalted', 'rolloutFinished', \
    'rolloutScheduled', 'rolloutApproved', 'rolloutLeft', 'quarantined', 'released')
    """

  /// `REPLACE` deletes without delete triggers, so a second row for a `seq` is refused before it is inserted.
  private static let initial = """
    CREATE TABLE journal (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      rollout TEXT,
      host TEXT,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      body TEXT NOT NULL,
      chain TEXT NOT NULL
    ) STRICT;
    CREATE INDEX journal_rollout ON journal (rollout, host, seq) WHERE rollout IS NOT NULL;
    CREATE INDEX journal_host ON journal (host, seq) WHERE host IS NOT NULL;
    CREATE INDEX journal_marks ON journal (kind, rollout, host, seq)
      WHERE kind IN ('rolloutStarted', 'rolloutPaused', 'rolloutResumed', 'rolloutHalted', 'rolloutFinished',
        'quarantined', 'released');
    CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
      BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
      BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal
      WHEN EXISTS (SELECT 1 FROM journal WHERE seq = NEW.seq)
      BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

    CREATE TABLE plans (
      id TEXT PRIMARY KEY NOT NULL,
      at INTEGER NOT NULL,
      planned_at INTEGER NOT NULL,
      body TEXT NOT NULL,
      sha256 TEXT NOT NULL
    ) STRICT;
    CREATE INDEX plans_planned_at ON plans (planned_at);
    CREATE TRIGGER plans_no_replace BEFORE INSERT ON plans
      WHEN EXISTS (SELECT 1 FROM plans WHERE id = NEW.id)
      BEGIN SELECT RAISE(ABORT, 'a plan is never changed'); END;
    CREATE TRIGGER plans_no_update BEFORE UPDATE OF id, at, body, sha256 ON plans
      BEGIN SELECT RAISE(ABORT, 'a plan is never changed'); END;
    CREATE TRIGGER plans_no_delete BEFORE DELETE ON plans
      BEGIN SELECT RAISE(ABORT, 'a plan is never changed'); END;

    CREATE TABLE rollouts (
      id TEXT PRIMARY KEY NOT NULL,
      plan TEXT NOT NULL REFERENCES plans (id),
      at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE observations (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      host TEXT NOT NULL,
      at INTEGER NOT NULL,
      seen INTEGER NOT NULL CHECK (seen IN (0, 1)),
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX observations_host ON observations (host, seen, id);

    CREATE TABLE floors (
      host TEXT PRIMARY KEY NOT NULL,
      body TEXT NOT NULL
    ) STRICT;

    CREATE TABLE backups (
      id TEXT PRIMARY KEY NOT NULL,
      host TEXT NOT NULL,
      at INTEGER NOT NULL,
      rollout TEXT,
      verified_at INTEGER,
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX backups_host ON backups (host, at);

    CREATE TABLE backup_blobs (
      backup TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (backup, sha256)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX backup_blobs_sha256 ON backup_blobs (sha256);
    """

  /// `AUTOINCREMENT`: a token is never given twice, whatever happens to its row.
  private static let fences = """
    CREATE TABLE fences (
      token INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      holder TEXT NOT NULL
    ) STRICT;
    """

  private static let bookingMarks = """
    DROP INDEX journal_marks;
    CREATE INDEX journal_marks ON journal (kind, rollout, host, seq) WHERE \(markCondition);
    """

  /// `seq`: all up to there was sent, or is not for this receiver. `attempts`: failures to send the next
  /// one. `given_up`: what was not sent was told, and nothing was sent since.
  private static let receivers = """
    CREATE TABLE receivers (
      id TEXT PRIMARY KEY NOT NULL,
      seq INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      retry_at INTEGER,
      given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1))
    ) STRICT;
    """

  private static let standingTargets = """
    CREATE TABLE standing_targets (
      host TEXT PRIMARY KEY NOT NULL,
      wanted TEXT NOT NULL,
      since INTEGER NOT NULL
    ) STRICT;
    """

  private static let computeViews = """
    CREATE TABLE compute_views (
      host TEXT PRIMARY KEY NOT NULL,
      at INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    """

  /// Looks of before count as changes: nobody compared them. The index answers without reading a body.
  private static let observedChanges = """
    ALTER TABLE observations ADD COLUMN changed INTEGER NOT NULL DEFAULT 1 CHECK (changed IN (0, 1));
    DROP INDEX observations_host;
    CREATE INDEX observations_looks ON observations (host, id, seen, at, changed);
    """
}
