"""Debian's WordPress with diptych's plugin over the database of a site, served by PHP on a loopback port.

    press = Press(site).start()         # or Press(site, wordpress_files.of_suite("trixie"))
    made = press.rest("POST", "/wp/v2/products", {"title": "Kafka", "status": "publish"})
    press.php("echo get_option('blogname');")

WordPress's own cron never runs, and WordPress asks no other machine.
"""
import base64
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import pytest

from .daemon import Daemon
from .servers import SLOW, TOP, free_port
from .wordpress import ADAPTER
from .wordpress_files import installed

PLUGIN = TOP / "sql/adapters/wordpress/diptych"
EDITOR, WORD = "editor", "a word of the tests"
CONFIG = """<?php
define('DB_NAME', 'diptych');
define('DB_USER', 'wordpress');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
foreach (array('AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT') as $key)
  define($key, "$key of the tests");
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
define('WP_ENVIRONMENT_TYPE', 'local'); // application passwords without TLS
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', true);
define('WP_DEBUG_LOG', '{log}');
define('WP_DEBUG_DISPLAY', false);
define('DIPTYCH_URL', '{site}');
$table_prefix = 'wp_';
define('ABSPATH', __DIR__ . '/');
require ABSPATH . 'wp-settings.php';
"""
INSTALL = """define('WP_INSTALLING', true); require 'wp-load.php'; require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Press', 'admin', 'admin@example.org', true, '', 'admin');
switch_theme('plain');
update_option('active_plugins', array('diptych/diptych.php'));
$user = wp_insert_user(array('user_login' => '{editor}', 'user_pass' => '{word}', 'role' => 'editor', 'display_name' => 'Ada &amp; Co.'));
foreach (array(1, 2, 3) as $post) wp_delete_post($post, true);
echo $user, ' ', WP_Application_Passwords::create_new_application_password($user, array('name' => 'tests'))[0];"""


class Press:
    def __init__(self, site, files=None):
        if not shutil.which("php"):
            pytest.skip("PHP is not installed: apt-get install php-cli php-mysql")
        self.files = files or installed()
        self.site, self.folder, self.port = site, site.folder / "wordpress", free_port()
        self.log = site.folder / "wordpress.log"
        self.daemon = Daemon("php", [
            shutil.which("php"), "-d", "opcache.enable_cli=1", "-d", "memory_limit=256M", "-S", f"127.0.0.1:{self.port}",
            "-t", self.folder], site.folder / "php.log", env={"PHP_CLI_SERVER_WORKERS": "3", "TZ": "UTC"})

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def install(self):
        """The package's files, because PHP looks for wp-config.php beside the file itself and not beside a link."""
        shutil.copytree(self.files, self.folder, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess", "wp-content"))
        content = self.folder / "wp-content"
        for name in ("plugins", "themes/plain", "uploads"):
            (content / name).mkdir(parents=True)
        shutil.copytree(PLUGIN, content / "plugins/diptych")
        (content / "themes/plain/style.css").write_text("/* Theme Name: plain */")
        (content / "themes/plain/index.php").write_text("<?php echo 'WordPress itself';")
        (self.folder / "wp-config.php").write_text(
            CONFIG.replace("{socket}", str(self.site.database.socket)).replace("{url}", self.url)
            .replace("{site}", self.site.url).replace("{log}", str(self.log)))
        self.site.sql("CREATE USER 'wordpress'@'localhost' IDENTIFIED BY ''")
        self.site.sql("GRANT ALL ON diptych.* TO 'wordpress'@'localhost'")
        user, secret = self.php(INSTALL.replace("{editor}", EDITOR).replace("{word}", WORD), load=False).split(" ", 1)
        self.editor = int(user)
        self.authorization = "Basic " + base64.b64encode(f"{EDITOR}:{secret}".encode()).decode()
        self.site.database.script(ADAPTER.read_text())

    def start(self):
        self.install()
        self.daemon.start().wait_ready(self.answers, 60 * SLOW)
        return self

    def stop(self):
        self.daemon.stop()
        report = self.log.read_text() if self.log.exists() else ""
        assert "diptych" not in report, report[-3000:]  # the plugin causes no notice of PHP's

    def answers(self):
        try:
            return self.rest("GET", "/")["name"] == "Press"
        except (OSError, ValueError, KeyError):
            return False

    def php(self, code, load=True):
        """What PHP prints that runs inside WordPress, as its administrator."""
        before = "require 'wp-load.php'; wp_set_current_user(1); " if load else ""
        done = subprocess.run(["php", "-d", "display_errors=stderr", "-r", before + code], cwd=self.folder, capture_output=True, text=True,
                              timeout=120 * SLOW, env={**os.environ, "TZ": "UTC"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rest(self, method, path, body=None, status=(200, 201), **query):
        """The JSON of WordPress's answer.  No permalinks are set, so the route is a parameter."""
        url = f"{self.url}/index.php?" + urllib.parse.urlencode({"rest_route": path, **query})
        request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Authorization": self.authorization, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60 * SLOW) as answer:
                code, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            code, text = error.code, error.read().decode()
        assert code in status, (code, text[:2000])
        return json.loads(text)
