-- diptych, migration 4: the purge of old change-log entries.
--
-- change_log_purge(keep_seconds) adds the counts of older entries to
-- revision_base and deletes the entries. Each batch is one transaction, so
-- `revision` counts every entry exactly once. The newest entry stays, so MAX(seq)
-- never decreases. Each transaction is READ COMMITTED, reads a batch without
-- locks and then deletes exactly those rows, so it and the writers do not wait
-- for each other. The row of site_state excludes a second purge.
--
-- The event runs when event_scheduler is ON (the default of MySQL, not of
-- MariaDB). Otherwise run `diptych migrate --purge` from cron.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

DELIMITER //

CREATE /*M! OR REPLACE */ PROCEDURE change_log_purge(IN keep_seconds INT UNSIGNED)
MODIFIES SQL DATA
BEGIN
  DECLARE cutoff DATETIME(6) DEFAULT UTC_TIMESTAMP(6) - INTERVAL keep_seconds SECOND;
  DECLARE state BIGINT UNSIGNED;
  DECLARE fence, last BIGINT;
  DECLARE folded INT DEFAULT 1;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    DROP TEMPORARY TABLE IF EXISTS change_log_purge_batch;
    RESIGNAL;
  END;

  DROP TEMPORARY TABLE IF EXISTS change_log_purge_batch;
  CREATE TEMPORARY TABLE change_log_purge_batch (
    seq       BIGINT NOT NULL PRIMARY KEY,
    entity    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    entity_id BIGINT UNSIGNED NOT NULL
  );
  WHILE folded > 0 DO
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    START TRANSACTION;
    SELECT id INTO state FROM site_state WHERE id = 1 FOR UPDATE;
    SELECT MAX(seq) INTO fence FROM change_log;
    SELECT COALESCE(MIN(seq), fence) INTO fence
      FROM (SELECT seq FROM change_log WHERE changed_at >= cutoff ORDER BY seq LIMIT 1) AS newer;
    DELETE FROM change_log_purge_batch;
    INSERT INTO change_log_purge_batch (seq, entity, entity_id)
    SELECT seq, entity, entity_id FROM change_log WHERE seq < fence ORDER BY seq LIMIT 10000;
    SELECT COUNT(*), MAX(seq) INTO folded, last FROM change_log_purge_batch;
    IF folded > 0 THEN
      INSERT INTO revision_base (entity, entity_id, rev)
      SELECT entity, entity_id, COUNT(*) FROM change_log_purge_batch GROUP BY entity, entity_id
          ON DUPLICATE KEY UPDATE rev = revision_base.rev + VALUES(rev);
      DELETE l FROM change_log_purge_batch AS b STRAIGHT_JOIN change_log AS l ON l.seq = b.seq;
      UPDATE site_state SET purged_seq = GREATEST(purged_seq, last) WHERE id = 1;
    END IF;
    COMMIT;
  END WHILE;
  DROP TEMPORARY TABLE change_log_purge_batch;
END//

DELIMITER ;

CREATE EVENT IF NOT EXISTS change_log_purge_hourly
ON SCHEDULE EVERY 1 HOUR
COMMENT 'diptych: keep seven days of change_log'
DO CALL change_log_purge(604800);

INSERT IGNORE INTO schema_version (version) VALUES (4);
