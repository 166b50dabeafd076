-- diptych: the two accounts, with the least rights. Run by an administrator in
-- the site's database after the migrations (mariadb diptych < accounts.sql);
-- safe to run again. No password is written here: both accounts are made locked
-- and are opened by whoever knows how they shall log in, for example
--
--   ALTER USER 'diptych_pool'@'localhost' IDENTIFIED BY 'a long word' ACCOUNT UNLOCK;
--   ALTER USER 'diptych_cms'@'localhost' IDENTIFIED VIA unix_socket ACCOUNT UNLOCK;
--
-- (MySQL: IDENTIFIED WITH auth_socket). With a socket, the account of the system
-- must have the database account's name: the pool's own unit runs as `diptych`, so
-- the pool takes a password. For other names or hosts, replace
-- 'diptych_pool'@'localhost' and 'diptych_cms'@'localhost' throughout.

CREATE USER IF NOT EXISTS 'diptych_pool'@'localhost' ACCOUNT LOCK;
CREATE USER IF NOT EXISTS 'diptych_cms'@'localhost' ACCOUNT LOCK;

-- The pool reads the views, the log and the state, and writes nothing.
GRANT SELECT ON site_sector           TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_theme            TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_product          TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_product_sector   TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_product_theme    TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_product_alias    TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_editorial        TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_activity         TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_faq              TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_comparison       TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_page             TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_attribute        TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_attribute_sector TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_fact             TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_alternative      TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_product_source   TO 'diptych_pool'@'localhost';
GRANT SELECT ON revision              TO 'diptych_pool'@'localhost';
GRANT SELECT ON change_log            TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_state            TO 'diptych_pool'@'localhost';
GRANT SELECT ON schema_version        TO 'diptych_pool'@'localhost';

-- A pool that reads a replica (mysql_replica) also asks how far that is behind; MySQL calls the right
-- REPLICATION CLIENT:
--   GRANT SLAVE MONITOR ON *.* TO 'diptych_pool'@'localhost';

-- The CMS edits; what follows from an edit, triggers do with their own rights.
GRANT SELECT, INSERT, UPDATE, DELETE ON sector           TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON theme            TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON product          TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON product_sector   TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON product_theme    TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON product_alias    TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON editorial        TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON activity         TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON faq              TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON comparison       TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON page             TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON attribute        TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON attribute_sector TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON fact             TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON alternative      TO 'diptych_cms'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON product_source   TO 'diptych_cms'@'localhost';
