// Package client speaks the part of the Soracom API that napter-connect uses.
//
// Method names are the API's operation names. The official definition (edition
// 20260604) is the source of every path, field, unit and limit here.
package client
