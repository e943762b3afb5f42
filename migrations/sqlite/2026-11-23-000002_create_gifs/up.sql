-- One row: goes up with every change of the catalogue, so that readers see a change at the price of one row.
CREATE TABLE catalogue (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

-- AUTOINCREMENT, so that the id of a removed GIF is never used again, as on MySQL.
CREATE TABLE gifs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    title TEXT NOT NULL,
    alt TEXT NOT NULL,
    credit TEXT NOT NULL,
    license TEXT NOT NULL,
    source_url TEXT NOT NULL,
    byte_size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    frames BIGINT NOT NULL
);

CREATE UNIQUE INDEX gifs_slug ON gifs (slug);
CREATE UNIQUE INDEX gifs_sha256 ON gifs (sha256);

-- The bytes live apart, so that no list query ever reads them.
CREATE TABLE gif_files (
    gif_id BIGINT NOT NULL PRIMARY KEY,
    animation BLOB NOT NULL,
    still BLOB NOT NULL,
    CONSTRAINT gif_files_gif FOREIGN KEY (gif_id) REFERENCES gifs (id) ON DELETE CASCADE
);

INSERT INTO catalogue (id, version) VALUES (1, 0);
