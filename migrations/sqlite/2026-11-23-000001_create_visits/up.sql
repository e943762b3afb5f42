-- One row: how many visits were ever counted.
CREATE TABLE visit_counter (
    id BIGINT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL
);

INSERT INTO visit_counter (id, total) VALUES (1, 0);
