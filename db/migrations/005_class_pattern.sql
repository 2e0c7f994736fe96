-- How a project numbered the units of a class last (PM-12): the next run starts from it. Each change is
-- part of a building.generate in the log, which names the class and the pattern.

CREATE TABLE class_pattern (
    project_id INTEGER NOT NULL REFERENCES project(id),
    class TEXT NOT NULL,
    pattern TEXT NOT NULL CHECK (length(pattern) BETWEEN 1 AND 60),
    PRIMARY KEY (project_id, class)
) STRICT;
