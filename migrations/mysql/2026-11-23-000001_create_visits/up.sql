-- DDL commits on its own in MySQL: every statement can be run again, in case a migration is cut in half.
-- One row: how many visits were ever counted.
CREATE TABLE IF NOT EXISTS visit_counter (
    id BIGINT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4;

-- One row per counting connection: its last committed batch. It makes an ambiguous COMMIT decidable.
CREATE TABLE IF NOT EXISTS visit_writers (
    id BINARY(16) NOT NULL PRIMARY KEY,
    batch BIGINT NOT NULL,
    last_total BIGINT NOT NULL,
    active_at BIGINT NOT NULL COMMENT 'Unix milliseconds of the last batch; old rows are pruned'
) ENGINE = InnoDB CHARACTER SET utf8mb4;

INSERT IGNORE INTO visit_counter (id, total) VALUES (1, 0);
