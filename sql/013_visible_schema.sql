-- diptych, migration 13: the parts of the schema, as the pool may see them on MySQL.
--
-- On MySQL, information_schema asks for the rights of the account that runs the
-- statement, also inside a view with SQL SECURITY DEFINER: site_schema shows the pool
-- no table and no trigger there. Inside a function, that account is the definer of the
-- function. So the function schema_parts reads site_schema, and the view
-- site_visible_schema makes rows of what it returns. The pool needs no right on a table,
-- and none on the function: such a right is lost when a dump drops the function and
-- makes it again. Run accounts.sql after this file: it grants the view.
--
-- `sign` is 1 for the kinds that tell a dump that is being restored, and 0 for the
-- others. A condition on `sign` leaves the others unread.
--
-- MySQL runs what stands in a comment of version 50700, and MariaDB ignores it. There
-- site_schema shows everything, and a view that needs a function must not be: a dump of
-- all databases makes the views of this one before the functions, and would fail.
-- On MySQL, a dump without --routines ends with that failure. The view has the last
-- name of all views, so the others are there, and `diptych migrate` makes both again.
--
-- site_schema gets the kind `function`.

SET NAMES utf8mb4;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_schema AS
SELECT CONVERT('table' USING utf8mb4) COLLATE utf8mb4_bin AS kind,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin AS place,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin AS name,
       CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin AS definer,
       CONVERT(IFNULL(ENGINE, '') USING utf8mb4) COLLATE utf8mb4_bin AS form
  FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'
 UNION ALL
SELECT CONVERT('view' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT(SECURITY_TYPE, IF(VIEW_DEFINITION LIKE '% from %', '', ' placeholder')) USING utf8mb4)
         COLLATE utf8mb4_bin
  FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()
 UNION ALL
SELECT CONVERT('trigger' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(EVENT_OBJECT_TABLE USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TRIGGER_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT_WS(' ', ACTION_TIMING, EVENT_MANIPULATION) USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
 UNION ALL
SELECT CONVERT('created' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(EVENT_OBJECT_TABLE USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TRIGGER_NAME USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CAST(CREATED AS CHAR) USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
 UNION ALL
SELECT CONVERT('procedure' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(ROUTINE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(ROUTINE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(SECURITY_TYPE USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'PROCEDURE'
 UNION ALL
SELECT CONVERT('function' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(ROUTINE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(ROUTINE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(SECURITY_TYPE USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'FUNCTION'
 UNION ALL
SELECT CONVERT('event' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(EVENT_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(EVENT_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(DEFINER USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(STATUS USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()
 UNION ALL
SELECT CONVERT('column' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(c.TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(c.COLUMN_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(IFNULL(c.CHARACTER_SET_NAME, '') USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT_WS(' ', c.COLUMN_TYPE, IF(c.IS_NULLABLE = 'YES', 'null', 'not null'),
                         IF(c.COLUMN_DEFAULT IS NULL OR c.COLUMN_DEFAULT = 'NULL', 'undefaulted', 'defaulted'), c.EXTRA)
               USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = DATABASE()
 UNION ALL
SELECT CONVERT('index' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(INDEX_NAME USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONCAT(IF(MIN(NON_UNIQUE) = 0, 'unique ', ''), GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX))
               USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() GROUP BY TABLE_NAME, INDEX_NAME
 UNION ALL
SELECT CONVERT('constraint' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONSTRAINT_NAME USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(CONSTRAINT_TYPE USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.TABLE_CONSTRAINTS
 WHERE CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_TYPE IN ('CHECK', 'FOREIGN KEY')
 UNION ALL
SELECT DISTINCT CONVERT('account' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT(REPLACE(GRANTEE, '''', '') USING utf8mb4) COLLATE utf8mb4_bin,
       CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin
  FROM information_schema.USER_PRIVILEGES
 WHERE REPLACE(GRANTEE, '''', '') IN (
   SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
    UNION SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()
    UNION SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
    UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE());

/*!50700 CREATE FUNCTION IF NOT EXISTS schema_parts(sign INT)
RETURNS LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
NOT DETERMINISTIC READS SQL DATA SQL SECURITY DEFINER
RETURN IF(sign,
  (SELECT JSON_ARRAYAGG(JSON_ARRAY(s.kind, s.place, s.name, s.definer, s.form)) FROM site_schema s
    WHERE s.kind IN ('table', 'view', 'trigger', 'created')),
  (SELECT JSON_ARRAYAGG(JSON_ARRAY(r.kind, r.place, r.name, r.definer, r.form)) FROM site_schema r
    WHERE r.kind NOT IN ('table', 'view', 'trigger', 'created'))) */;

/*!50700 CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_visible_schema AS
SELECT 1 AS sign, j.kind, j.place, j.name, j.definer, j.form
  FROM JSON_TABLE(schema_parts(1), '$[*]' COLUMNS (
    kind VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    place VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
    name VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[2]',
    definer VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[3]',
    form MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[4]')) AS j
 UNION ALL
SELECT 0 AS sign, j.kind, j.place, j.name, j.definer, j.form
  FROM JSON_TABLE(schema_parts(0), '$[*]' COLUMNS (
    kind VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    place VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
    name VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[2]',
    definer VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[3]',
    form MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[4]')) AS j */;

INSERT IGNORE INTO schema_version (version) VALUES (13);
