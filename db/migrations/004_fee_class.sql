-- A fee says which classes it is for (PM-12): codes of unit_class.def in its order, separated by a space;
-- '' all of them.

ALTER TABLE fee ADD COLUMN classes TEXT NOT NULL DEFAULT '';
