# SPDX-License-Identifier: Apache-2.0
"""A certification authority for one test."""

import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.pem"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", 2, "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, alternative="DNS:localhost,IP:127.0.0.1", days=2):
        """Its certificate and key; the key is its owner's alone. `days=-1` has ended yesterday."""
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        certificate, extension = self.folder / f"{name}.pem", self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}\n")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", days, "-extfile", extension, "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    def revoke(self, *certificates, ends="20491231235959Z"):
        """The authority's certificate and its list of those it revoked, in one file."""
        index, settings = self.folder / f"{self.name}.index", self.folder / f"{self.name}.cnf"
        lines = []
        for certificate in certificates:
            serial = subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", certificate],
                                    check=True, capture_output=True, text=True).stdout
            number = serial.strip().partition("=")[2]
            lines.append(f"R\t491231235959Z\t200101000000Z\t{number}\tunknown\t/CN=revoked\n")
        index.write_text("".join(lines))
        settings.write_text(f"[ca]\ndefault_ca = here\n[here]\ndatabase = {index}\n"
                            "default_md = sha256\n")
        crl, both = self.folder / f"{self.name}.crl", self.folder / f"{self.name}.both.pem"
        _openssl("ca", "-config", settings, "-gencrl", "-cert", self.certificate, "-keyfile",
                 self.key, "-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", ends, "-out",
                 crl)
        both.write_text(self.certificate.read_text() + crl.read_text())
        return both
