-- diptych, migration 7: the report of `diptych lint --store`, for editors.
--
-- Each run of the command writes its findings with a number of its own, then the
-- number into lint_run, and deletes older runs. The view lint_report shows the
-- newest run that is complete. The account of `diptych migrate` writes here; no
-- page reads it, so there are no triggers. Rows are named by table and id without
-- a foreign key: a finding may outlive its row until the next run.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

CREATE TABLE IF NOT EXISTS lint_run (
  id          BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  finished_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS lint_finding (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run         BIGINT UNSIGNED NOT NULL,
  table_name  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  row_id      BIGINT UNSIGNED NOT NULL,
  column_name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rule        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  words       TEXT NOT NULL,
  meaning     VARCHAR(500) NOT NULL,
  advice      VARCHAR(500) NOT NULL,
  KEY lint_finding_row (run, table_name, row_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW lint_report AS
SELECT f.id, f.table_name, f.row_id, f.column_name, f.rule, f.words, f.meaning, f.advice,
       r.finished_at AS found_at
  FROM lint_finding f JOIN lint_run r ON r.id = f.run
 WHERE r.id = (SELECT MAX(id) FROM lint_run);

INSERT IGNORE INTO schema_version (version) VALUES (7);
