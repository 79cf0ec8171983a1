// Package profile finds out who calls the API: the official CLI's profile files
// in its order of precedence, and the rules for endpoints.
//
// The files, their names and their fields are those of soracom-cli 1.7. Where
// the CLI would send several forms of credentials at once and leave the choice
// to the API, this package chooses: an AuthKey before an e-mail address before a
// SAM user's password.
package profile
