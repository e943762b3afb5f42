DROP TABLE visit_writers;
DROP TABLE visit_counter;
