package sshclient

import (
	"crypto/x509"
	"encoding/pem"

	"github.com/youmark/pkcs8"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
)

// sealedPKCS8 is the content of an encrypted key in PKCS#8 (RFC 5958), which
// ssh-keygen -m PKCS8 and openssl write and x/crypto/ssh does not read; nil for
// other formats.
func sealedPKCS8(data []byte) []byte {
	if block, _ := pem.Decode(data); block != nil && block.Type == "ENCRYPTED PRIVATE KEY" {
		return block.Bytes
	}
	return nil
}

// unseal opens an encrypted key. The error is x509.IncorrectPasswordError for a
// wrong passphrase.
func unseal(data []byte, passphrase string) (ssh.Signer, error) {
	der := sealedPKCS8(data)
	if der == nil {
		return ssh.ParsePrivateKeyWithPassphrase(data, []byte(passphrase))
	}
	key, err := decryptPKCS8(der, passphrase)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}

func decryptPKCS8(der []byte, passphrase string) (key any, err error) {
	defer func() {
		if recover() != nil { // the library does not check the lengths
			key, err = nil, message.Errorf("the file is damaged")
		}
	}()
	key, _, err = pkcs8.ParsePrivateKey(der, []byte(passphrase))
	if err != nil && err.Error() == "pkcs8: incorrect password" { // it exports no error
		return nil, x509.IncorrectPasswordError
	}
	return key, err
}
