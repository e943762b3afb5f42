DROP TABLE visit_counter;
