module github.com/napter-connect/napter-connect

go 1.26
