"""Every error number that the database or its client library can give at a login or in a statement: the message has the
server's words and a cure, once.  The numbers come from the server's own header."""
import os
import re
from pathlib import Path

import pytest

from lib.mysql_script import ErrorServer
from lib.servers import BUILD, TOP, configuration_text, diptych

SOURCE = re.sub(r'"\s*\\\n\s*"', "", (TOP / "fcgi/db/db_fault.h").read_text())  # texts in one piece
LIST = {int(n): (err, text) for n, err, text in re.findall(r'^  X\((\d+), (\w+), "(.*?)"\)', SOURCE, re.M)}
STATES = re.findall(r'^  X\("(\w*)", (\w+), "(.*?)"\)', SOURCE, re.M)
HEADERS = [p for folder in ("mariadb", "mysql") for p in map(Path, (f"/usr/include/{folder}/mysqld_error.h", f"/usr/include/{folder}/errmsg.h"))
           if p.exists()]
NUMBERS = {name: int(n) for path in HEADERS for name, n in re.findall(r"^#define ((?:ER|CR)_\w+)\s+(\d+)", path.read_text(errors="replace"), re.M)}
NUMBERS |= {"ER_ACCOUNT_HAS_BEEN_LOCKED_MYSQL": 3118, "ER_SECURE_TRANSPORT_REQUIRED": 3159, "ER_SERVER_ISNT_AVAILABLE": 3168,
            "ER_SESSION_WAS_KILLED": 3169, "ER_CLIENT_INTERACTION_TIMEOUT": 4031, "ER_QUERY_TIMEOUT": 3024,
            "ER_BLOCKED_BY_PASSWORD_LOCK": 3955}  # of MySQL only

LOGIN = """CON_COUNT_ERROR OUT_OF_RESOURCES BAD_HOST_ERROR HANDSHAKE_ERROR DBACCESS_DENIED_ERROR ACCESS_DENIED_ERROR UNKNOWN_COM_ERROR
 BAD_DB_ERROR SERVER_SHUTDOWN HOST_IS_BLOCKED HOST_NOT_PRIVILEGED PASSWORD_ANONYMOUS_USER CANT_CREATE_THREAD NET_PACKETS_OUT_OF_ORDER
 NET_READ_ERROR NET_READ_INTERRUPTED NET_ERROR_ON_WRITE NET_WRITE_INTERRUPTED TOO_MANY_USER_CONNECTIONS USER_LIMIT_REACHED
 NOT_SUPPORTED_AUTH_MODE SERVER_IS_IN_SECURE_AUTH_MODE PLUGIN_IS_NOT_LOADED ACCESS_DENIED_NO_PASSWORD_ERROR MUST_CHANGE_PASSWORD
 MUST_CHANGE_PASSWORD_LOGIN ACCESS_DENIED_CHANGE_USER_ERROR SERVER_OFFLINE_MODE ACCOUNT_HAS_BEEN_LOCKED USER_IS_BLOCKED
 ACCOUNT_HAS_BEEN_LOCKED_MYSQL SECURE_TRANSPORT_REQUIRED SERVER_ISNT_AVAILABLE BLOCKED_BY_PASSWORD_LOCK MALFORMED_PACKET
 UNKNOWN_CHARACTER_SET FORCING_CLOSE SHUTDOWN_COMPLETE NEW_ABORTING_CONNECTION ABORTING_CONNECTION NO_DB_ERROR OUTOFMEMORY"""
STATEMENT = """UNKNOWN_COM_ERROR BAD_FIELD_ERROR PARSE_ERROR TABLEACCESS_DENIED_ERROR COLUMNACCESS_DENIED_ERROR NO_SUCH_TABLE
 SPECIFIC_ACCESS_DENIED_ERROR CANT_AGGREGATE_2COLLATIONS CANT_AGGREGATE_3COLLATIONS CANT_AGGREGATE_NCOLLATIONS
 COLLATION_CHARSET_MISMATCH UNKNOWN_COLLATION VIEW_INVALID NO_SUCH_USER SP_DOES_NOT_EXIST PROCACCESS_DENIED_ERROR SUBQUERY_NO_1_ROW
 DATA_OUT_OF_RANGE TABLE_DEF_CHANGED NEED_REPREPARE QUERY_INTERRUPTED CONNECTION_KILLED STATEMENT_TIMEOUT LOCK_WAIT_TIMEOUT
 LOCK_DEADLOCK LOCK_TABLE_FULL DISK_FULL ERROR_ON_READ GET_ERRNO KEY_NOT_FOUND NOT_FORM_FILE NOT_KEYFILE OLD_KEYFILE OUT_OF_SORTMEMORY
 OUTOFMEMORY RECORD_FILE_FULL CRASHED_ON_USAGE CRASHED_ON_REPAIR CANT_OPEN_FILE FILE_NOT_FOUND FILSORT_ABORT TOO_BIG_SELECT
 NET_PACKET_TOO_LARGE STACK_OVERRUN_NEED_MORE OPTION_PREVENTS_STATEMENT READ_ONLY_MODE CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
 ERROR_DURING_COMMIT UNKNOWN_STORAGE_ENGINE CONNECT_TO_FOREIGN_DATA_SOURCE QUERY_ON_FOREIGN_DATA_SOURCE
 FOREIGN_SERVER_DOESNT_EXIST TABLESPACE_MISSING TABLESPACE_DISCARDED TABLE_CORRUPT INDEX_CORRUPT TEMP_FILE_WRITE_FAILURE
 NO_SUCH_TABLE_IN_ENGINE INTERNAL_ERROR TOO_MANY_CONCURRENT_TRXS CHECKREAD UNKNOWN_ERROR PROVIDER_NOT_LOADED USER_LIMIT_REACHED
 QUERY_TIMEOUT SESSION_WAS_KILLED CLIENT_INTERACTION_TIMEOUT SERVER_SHUTDOWN"""
CLIENT = """SOCKET_CREATE_ERROR CONNECTION_ERROR CONN_HOST_ERROR IPSOCK_ERROR UNKNOWN_HOST SERVER_GONE_ERROR VERSION_ERROR OUT_OF_MEMORY
 SERVER_HANDSHAKE_ERR SERVER_LOST CANT_READ_CHARSET NET_PACKET_TOO_LARGE SSL_CONNECTION_ERROR MALFORMED_PACKET SECURE_AUTH
 SERVER_LOST_EXTENDED ALREADY_CONNECTED AUTH_PLUGIN_CANNOT_LOAD AUTH_PLUGIN_ERR ERR_LOAD_PLUGIN ERR_NET_READ ERR_NET_WRITE"""


@pytest.mark.skipif(not any("mariadb" in str(p) and "mysqld_error" in str(p) for p in HEADERS), reason="no header of MariaDB's errors")
@pytest.mark.parametrize("prefix,names", [("ER", LOGIN), ("ER", STATEMENT), ("CR", CLIENT)], ids=["login", "statement", "client"])
def test_each_number_is_listed_with_a_cure(prefix, names):
    missing = {name: NUMBERS.get(f"{prefix}_{name}") for name in names.split() if NUMBERS.get(f"{prefix}_{name}") not in LIST}
    assert not missing


def test_the_list_is_in_order_and_each_number_is_known():
    assert list(LIST) == sorted(LIST) and len(LIST) > 100
    assert not [n for n in LIST if n not in NUMBERS.values() and n != 3572]
    assert STATES[-1][0] == "", "the last row fits every state"


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "diptych.conf"
    path.write_text(configuration_text({"mysql_socket": tmp_path / "m.sock", "sql_dir": TOP / "sql", "template_dir": TOP / "templates",
                                        "static_version_file": BUILD / "assets.map",
                                        "state_dir": "", "mysql_timeout": 5000, "listen": tmp_path / "l.sock", "control": tmp_path / "c.sock"}))
    return path


def said(config, number, state, login):
    with ErrorServer(config.with_name("m.sock"), number, state, login=login) as server:
        done = diptych("check", config=config)
    config.with_name("m.sock").unlink()
    assert done.returncode == 1
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "the scripted message" in line]
    assert len(lines) == 1, "the fault is printed once\n" + done.stdout + done.stderr
    return lines[0], server.statements


@pytest.mark.parametrize("login", [True, False], ids=["login", "statement"])
@pytest.mark.parametrize("command", ["check", "lint", "warm", "render /"])
def test_every_command_prints_the_fault_once(config, command, login):
    config.write_text(config.read_text() + f'memcached = "{config.with_name("none.sock")}"\ncache_secret = "0123456789abcdef"\n')
    with ErrorServer(config.with_name("m.sock"), 1047, "08S01", login=login):
        done = diptych(*command.split(), config=config)
    said = done.stdout + done.stderr
    assert done.returncode == 1 and said.count("the scripted message") == said.count(LIST[1047][1]) == 1, said


@pytest.mark.parametrize("login", [True, False], ids=["login", "statement"])
@pytest.mark.parametrize("number", [1040, 1047, 1129, 1226, 1290])
def test_migrate_names_the_cure_too(config, number, login):
    with ErrorServer(config.with_name("m.sock"), number, login=login):
        done = diptych("migrate", config=config)
    assert done.returncode == 1 and done.stderr.count("the scripted message") == 1
    assert (LIST[number][1] in done.stderr) == (LIST[number][0] != "INVALID"), done.stderr


@pytest.mark.parametrize("login", [True, False], ids=["login", "statement"])
@pytest.mark.parametrize("numbers", [range(1000, 1300), range(1300, 2000), range(3000, 5000)], ids=str)
def test_the_message_has_the_server_s_words_and_the_cure(config, numbers, login):
    listed = [n for n in LIST if n in numbers]
    for number in listed if "DIPTYCH_TEST_ALL" in os.environ else listed[:3] + listed[3:-1:4] + listed[-1:]:
        line, statements = said(config, number, "HY000", login)
        assert f"error {number}: " in line and line.endswith(f"the scripted message: {LIST[number][1]}"), line
        assert bool(statements) != login


@pytest.mark.parametrize("login", [True, False], ids=["login", "statement"])
@pytest.mark.parametrize("state,begins", [("08004", "08"), ("28000", "28"), ("3D000", "3D"), ("40001", "40"), ("70100", "70100"), ("HY001", "HY001"),
                                          ("42S02", "42S02"), ("42S22", "42S22"), ("42000", "42"), ("21000", "21"), ("22003", "22"), ("0A000", "0A"),
                                          ("HY000", ""), ("XAE04", "")])
def test_a_number_that_is_not_listed_has_the_cure_of_its_class(config, state, begins, login):
    line, _ = said(config, 1999, state, login)
    assert line.endswith(": " + next(text for s, _, text in STATES if s == begins)), line
