-- DDL commits on its own in MySQL: every statement can be run again, in case a migration is cut in half.
-- One row: goes up with every change of the catalogue, so that readers see a change at the price of one row.
CREATE TABLE IF NOT EXISTS catalogue (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS gifs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    slug VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    sha256 BINARY(32) NOT NULL,
    title VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    alt VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    credit VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    license VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    source_url VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    byte_size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    UNIQUE KEY gifs_slug (slug),
    UNIQUE KEY gifs_sha256 (sha256)
) ENGINE = InnoDB CHARACTER SET utf8mb4;

-- The bytes live apart, so that no list query ever reads them.
CREATE TABLE IF NOT EXISTS gif_files (
    gif_id BIGINT NOT NULL PRIMARY KEY,
    animation MEDIUMBLOB NOT NULL,
    still MEDIUMBLOB NOT NULL,
    CONSTRAINT gif_files_gif FOREIGN KEY (gif_id) REFERENCES gifs (id) ON DELETE CASCADE
) ENGINE = InnoDB CHARACTER SET utf8mb4;

INSERT IGNORE INTO catalogue (id, version) VALUES (1, 0);
