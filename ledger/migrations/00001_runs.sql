-- +goose Up
-- Marks the file as a ledger of dakota-reconcile ("dkta").
PRAGMA application_id = 1684763745;

-- The input workbooks, so that a report can be written into the user's own one again. One for each content.
CREATE TABLE originals (
    sha256 TEXT PRIMARY KEY,
    size   INTEGER NOT NULL,
    gzip   BLOB NOT NULL
) STRICT;

-- One line for each run. finished_at is NULL while it runs, and when it was killed.
CREATE TABLE runs (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id          TEXT NOT NULL UNIQUE,
    command         TEXT NOT NULL,
    rollback_of     TEXT NOT NULL,
    environment     TEXT NOT NULL,
    base_url        TEXT NOT NULL,
    account         TEXT NOT NULL,
    started_by      TEXT NOT NULL,
    started_at      TEXT,
    finished_at     TEXT,
    exit_code       INTEGER NOT NULL,
    stopped         TEXT NOT NULL,
    resumable       INTEGER NOT NULL,
    rows            INTEGER NOT NULL,
    input_name      TEXT NOT NULL,
    input_path      TEXT NOT NULL,
    original_sha256 TEXT,
    source          TEXT NOT NULL, -- JSON, as are those below
    counts          TEXT NOT NULL, -- rows by status, as of the last time the run was begun or finished
    sub_clients     TEXT NOT NULL,
    requests        TEXT NOT NULL,
    bill            TEXT NOT NULL,
    refuse_kyb      TEXT NOT NULL
) STRICT;

-- One line for each report row, under the report's column names. id is runs.seq * 2^32 + position, so that a run's rows lie together and
-- a new run is only ever appended.
CREATE TABLE rows (
    id                       INTEGER PRIMARY KEY,
    position                 INTEGER AS (id & 4294967295) VIRTUAL,
    run_id                   TEXT NOT NULL,
    row                      INTEGER NOT NULL,
    customer_id              TEXT NOT NULL,
    customer_name            TEXT NOT NULL,
    sub_client_id            TEXT NOT NULL,
    sub_client_name          TEXT NOT NULL,
    previous_sub_client_id   TEXT NOT NULL,
    previous_sub_client_name TEXT NOT NULL,
    action                   TEXT NOT NULL,
    status                   TEXT NOT NULL,
    kyb_status               TEXT NOT NULL,
    http_status              INTEGER NOT NULL,
    error_code               TEXT NOT NULL,
    error                    TEXT NOT NULL,
    request_id               TEXT NOT NULL,
    attempts                 INTEGER NOT NULL,
    finished_at              TEXT,
    same_row                 INTEGER NOT NULL,
    keep                     INTEGER NOT NULL,
    problem_code             TEXT, -- NULL with problem: the row could be used
    problem                  TEXT,
    kyb_before               TEXT NOT NULL,
    customer_created_at      INTEGER NOT NULL, -- Unix seconds
    observed_at              TEXT,
    further                  TEXT -- JSON: the cells of the input's further columns
) STRICT;

-- One line for each PATCH that was about to leave. concluded_at is NULL while nobody has recorded what became of it.
CREATE TABLE attempts (
    row_id       INTEGER NOT NULL, -- rows.id
    attempt      INTEGER NOT NULL, -- from 1
    run_id       TEXT NOT NULL,
    intended_at  TEXT NOT NULL, -- the last time, when it was answered with 429 and sent again
    concluded_at TEXT,
    PRIMARY KEY (row_id, attempt)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE attempts;
DROP TABLE rows;
DROP TABLE runs;
DROP TABLE originals;
