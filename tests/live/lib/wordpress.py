"""WordPress's tables, in short and as Debian's package makes them, and what WordPress writes into them."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from .servers import BUILD, TOP

ADAPTER = TOP / "sql/adapters/wordpress.sql"
ZERO = "NOT NULL DEFAULT '0000-00-00 00:00:00'"
SHORT = f"""
CREATE TABLE wp_posts (
  ID bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, post_author bigint unsigned NOT NULL DEFAULT 0,
  post_date datetime {ZERO}, post_date_gmt datetime {ZERO}, post_content longtext NOT NULL,
  post_title text NOT NULL, post_excerpt text NOT NULL,
  post_status varchar(20) NOT NULL DEFAULT 'publish', post_password varchar(255) NOT NULL DEFAULT '',
  post_name varchar(200) NOT NULL DEFAULT '', post_modified_gmt datetime {ZERO},
  post_parent bigint unsigned NOT NULL DEFAULT 0, guid varchar(255) NOT NULL DEFAULT '', menu_order int NOT NULL DEFAULT 0,
  post_type varchar(20) NOT NULL DEFAULT 'post', KEY post_author (post_author),
  KEY post_name (post_name(191)), KEY type_status_date (post_type, post_status, ID), KEY post_parent (post_parent));
CREATE TABLE wp_postmeta (
  meta_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, post_id bigint unsigned NOT NULL DEFAULT 0,
  meta_key varchar(255) DEFAULT NULL, meta_value longtext, KEY post_id (post_id), KEY meta_key (meta_key(191)));
CREATE TABLE wp_terms (
  term_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(200) NOT NULL DEFAULT '',
  slug varchar(200) NOT NULL DEFAULT '');
CREATE TABLE wp_term_taxonomy (
  term_taxonomy_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, term_id bigint unsigned NOT NULL DEFAULT 0,
  taxonomy varchar(32) NOT NULL DEFAULT '', KEY term_id (term_id));
CREATE TABLE wp_term_relationships (
  object_id bigint unsigned NOT NULL DEFAULT 0, term_taxonomy_id bigint unsigned NOT NULL DEFAULT 0,
  term_order int NOT NULL DEFAULT 0, PRIMARY KEY (object_id, term_taxonomy_id));
CREATE TABLE wp_users (ID bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, display_name varchar(250) NOT NULL DEFAULT '');
"""


def _schema_php():
    """WordPress's own file: of the installed package, or of the package that apt-get fetches without installing it."""
    installed, kept = Path("/usr/share/wordpress/wp-admin/includes/schema.php"), BUILD / "wordpress-schema.php"
    for path in (installed, kept):
        if path.exists():
            return path.read_text()
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(["apt-get", "download", "-q", "wordpress"], cwd=folder, check=True, capture_output=True, timeout=120)
            [package] = Path(folder).glob("wordpress_*.deb")
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"Debian's wordpress package could not be fetched: {error}")
        shutil.copy(folder + str(installed), kept)
    return kept.read_text()


def tables(kind):
    """SQL that makes the tables: "short", or "debian" as the package has them."""
    if kind == "short":
        return "SET sql_mode = '';" + SHORT
    made = dict(re.findall(r"(?:^|\s|\")CREATE TABLE \$wpdb->(\w+) \((.*?)\n\) \$charset_collate;", _schema_php(), re.S)[::-1])
    names = ("posts", "postmeta", "terms", "term_taxonomy", "term_relationships", "users")
    return "SET sql_mode = '';" + "".join(
        f"CREATE TABLE wp_{name} ({made[name].replace('$max_index_length', '191')}\n)"
        " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;\n" for name in names)


class WordPress:
    """Writes rows as WordPress does.  `sql` executes a statement in its sql_mode."""

    def __init__(self, sql):
        self.sql = sql

    def post(self, ident, kind, title, name="", status="publish", parent=0, author=1, **columns):
        row = {"ID": ident, "post_type": kind, "post_title": title, "post_name": name, "post_status": status,
               "post_parent": parent, "post_author": author, "post_date_gmt": "2026-08-01 10:00:00",
               "post_modified_gmt": "2026-08-01 10:00:00", "post_content": "", "post_excerpt": "", **columns}
        self.sql(f"INSERT INTO wp_posts ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())

    def meta(self, post, key, value):
        self.sql("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (%s, %s, %s)", post, key, value)

    def term(self, ident, taxonomy, name, slug):
        self.sql("INSERT INTO wp_terms (term_id, name, slug) VALUES (%s, %s, %s)", ident, name, slug)
        self.sql("INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy) VALUES (%s, %s, %s)", ident, ident, taxonomy)

    def link(self, post, term):
        self.sql("INSERT INTO wp_term_relationships (object_id, term_taxonomy_id, term_order) VALUES (%s, %s, 0)", post, term)

    def trash(self, post):
        """wp_trash_post(): the slug is kept in a field and gets a suffix that is free."""
        [(name, kind)] = self.sql("SELECT post_name, post_type FROM wp_posts WHERE ID = %s", post)
        trashed, n = f"{name}__trashed", 1
        while self.sql("SELECT 1 FROM wp_posts WHERE post_type = %s AND post_name = %s", kind, trashed):
            trashed, n = f"{name}__trashed-{n + 1}", n + 1
        self.meta(post, "_wp_trash_meta_status", "publish")
        self.meta(post, "_wp_desired_post_slug", name)
        self.sql("UPDATE wp_posts SET post_status = 'trash', post_name = %s WHERE ID = %s", trashed, post)

    def untrash(self, post):
        [(name,)] = self.sql("SELECT meta_value FROM wp_postmeta WHERE post_id = %s AND meta_key = '_wp_desired_post_slug'", post)
        self.sql("DELETE FROM wp_postmeta WHERE post_id = %s AND meta_key IN ('_wp_trash_meta_status', '_wp_desired_post_slug')",
                 post)
        self.sql("UPDATE wp_posts SET post_status = 'publish', post_name = %s WHERE ID = %s", name, post)
