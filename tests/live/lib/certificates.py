"""Authorities and certificates for tests of TLS, made with openssl.  NAME.pem and NAME.key are in one folder."""
import subprocess

from .servers import program

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*args):
    done = subprocess.run([program("openssl"), *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def authority(folder, name, subject=None):
    openssl("req", "-x509", *KEY, "-days", "2", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem",
            "-subj", f"/CN={subject or name}")


def certificate(folder, name, *, ca, subject, extension=None):
    openssl("req", *KEY, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr", "-subj", f"/CN={subject}")
    (folder / "extension").write_text(extension or "basicConstraints = CA:FALSE\n")
    openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / f"{ca}.pem", "-CAkey", folder / f"{ca}.key",
            "-days", "2", "-out", folder / f"{name}.pem", "-extfile", folder / "extension")
