-- diptych: the three accounts and their rights. An administrator runs this in the
-- site's database after the migrations (mariadb diptych < accounts.sql). It can be
-- run again. The accounts are created locked and without a password; unlock them
-- with the authentication of your choice, for example
--
--   ALTER USER 'diptych_pool'@'localhost' IDENTIFIED BY 'a long word' ACCOUNT UNLOCK;
--   ALTER USER 'diptych_cms'@'localhost' IDENTIFIED VIA unix_socket ACCOUNT UNLOCK;
--   ALTER USER 'diptych_import'@'localhost' IDENTIFIED BY 'another long word' ACCOUNT UNLOCK;
--
-- (MySQL: IDENTIFIED WITH auth_socket). Socket authentication requires that the
-- system account has the name of the database account. The pool's systemd unit
-- runs as `diptych`, so the pool needs a password. For other names or hosts,
-- replace 'diptych_pool'@'localhost', 'diptych_cms'@'localhost' and
-- 'diptych_import'@'localhost' everywhere; for a pool on another machine README.md has
-- the lines. A site without `diptych import` leaves diptych_import locked.

CREATE USER IF NOT EXISTS 'diptych_pool'@'localhost' ACCOUNT LOCK;
CREATE USER IF NOT EXISTS 'diptych_cms'@'localhost' ACCOUNT LOCK;
CREATE USER IF NOT EXISTS 'diptych_import'@'localhost' ACCOUNT LOCK;

-- The pool reads the views, the log and the state. It writes nothing.
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
GRANT SELECT ON site_schema           TO 'diptych_pool'@'localhost';
-- MySQL only:
/*!50700 GRANT SELECT ON site_visible_schema TO 'diptych_pool'@'localhost' */;
GRANT SELECT ON site_preview          TO 'diptych_pool'@'localhost';
GRANT SELECT ON revision              TO 'diptych_pool'@'localhost';
GRANT SELECT ON change_log            TO 'diptych_pool'@'localhost';
GRANT SELECT ON site_state            TO 'diptych_pool'@'localhost';
GRANT SELECT ON schema_version        TO 'diptych_pool'@'localhost';

-- A pool that reads a replica (mysql_replica) also asks for the replica's lag. On
-- MySQL the right is called REPLICATION CLIENT:
--   GRANT SLAVE MONITOR ON *.* TO 'diptych_pool'@'localhost';

-- The CMS edits. Triggers write the log with the rights of their definer.
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

-- The report of `diptych lint --store`, which the account of `diptych migrate` writes.
GRANT SELECT ON lint_report TO 'diptych_cms'@'localhost';

-- `diptych import` reads sources and what is known, notes what it learned of a source,
-- and remembers releases. The trigger of import_release makes the activities with the
-- rights of its definer, so this account can neither change nor delete an editor's row.
GRANT SELECT (id, slug, name, status) ON product TO 'diptych_import'@'localhost';
GRANT SELECT (product_id, kind, version, title, url, occurred_at) ON activity TO 'diptych_import'@'localhost';
GRANT SELECT, UPDATE (checked_at, etag, error, last_modified, failures, retry_at) ON product_source
   TO 'diptych_import'@'localhost';
GRANT SELECT, INSERT, DELETE ON import_release TO 'diptych_import'@'localhost';
