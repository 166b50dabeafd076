-- diptych, migration 12: when the triggers of the schema were created.
--
-- A dump that is being restored creates the triggers of a table after its rows.
-- The pool reads rows between two looks at the schema. When the triggers are
-- older than the first look, the table was whole while its rows were read. So
-- site_schema of migration 8 gets the kind `created`, whose form is the time.

SET NAMES utf8mb4;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_schema AS
SELECT 'table' AS kind, CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin AS place,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin AS name,
       CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin AS definer,
       CONVERT(IFNULL(ENGINE, '') USING utf8mb4) COLLATE utf8mb4_bin AS form
  FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'
 UNION ALL
SELECT 'view', CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT(SECURITY_TYPE, IF(VIEW_DEFINITION LIKE '% from %', '', ' placeholder')) USING utf8mb4)
         COLLATE utf8mb4_bin
  FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()
 UNION ALL
SELECT 'trigger', CONVERT(EVENT_OBJECT_TABLE USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TRIGGER_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT_WS(' ', ACTION_TIMING, EVENT_MANIPULATION) USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
 UNION ALL
SELECT 'created', CONVERT(EVENT_OBJECT_TABLE USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TRIGGER_NAME USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CAST(CREATED AS CHAR) USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
 UNION ALL
SELECT 'procedure', CONVERT(ROUTINE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(ROUTINE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(SECURITY_TYPE USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'PROCEDURE'
 UNION ALL
SELECT 'event', CONVERT(EVENT_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(EVENT_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(STATUS USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()
 UNION ALL
SELECT 'column', CONVERT(c.TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(c.COLUMN_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(IFNULL(c.CHARACTER_SET_NAME, '') USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT_WS(' ', c.COLUMN_TYPE, IF(c.IS_NULLABLE = 'YES', 'null', 'not null'),
                         IF(c.COLUMN_DEFAULT IS NULL OR c.COLUMN_DEFAULT = 'NULL', 'undefaulted', 'defaulted'), c.EXTRA)
               USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = DATABASE()
 UNION ALL
SELECT 'index', CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(INDEX_NAME USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT(IF(MIN(NON_UNIQUE) = 0, 'unique ', ''), GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX))
               USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() GROUP BY TABLE_NAME, INDEX_NAME
 UNION ALL
SELECT 'constraint', CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONSTRAINT_NAME USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONSTRAINT_TYPE USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.TABLE_CONSTRAINTS
 WHERE CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_TYPE IN ('CHECK', 'FOREIGN KEY')
 UNION ALL
SELECT DISTINCT 'account', CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(REPLACE(GRANTEE, '''', '') USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.USER_PRIVILEGES
 WHERE REPLACE(GRANTEE, '''', '') IN (
   SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
    UNION SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()
    UNION SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
    UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE());

INSERT IGNORE INTO schema_version (version) VALUES (12);
