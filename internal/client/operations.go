package client

import "github.com/napter-connect/napter-connect/internal/message"

// Names of the operations, as the definition writes them (operationId).
const (
	opAuth                          = "auth"
	opSwitchUser                    = "switchUser"
	opLogout                        = "logout"
	opGenerateAuthToken             = "generateAuthToken"
	opRevokeUserAuthTokens          = "revokeUserAuthTokens"
	opRevokeOperatorAuthTokens      = "revokeOperatorAuthTokens"
	opSearchSims                    = "searchSims"
	opListSims                      = "listSims"
	opGetSim                        = "getSim"
	opGetSubscriber                 = "getSubscriber"
	opListPortMappings              = "listPortMappings"
	opListPortMappingsForSim        = "listPortMappingsForSim"
	opListPortMappingsForSubscriber = "listPortMappingsForSubscriber"
	opCreatePortMapping             = "createPortMapping"
	opCreatePortMappingForSim       = "createPortMappingForSim"
	opDeletePortMapping             = "deletePortMapping"
	opGetNapterAuditLogs            = "getNapterAuditLogs"
)

// opConnect is no operation of the API: a request that only opens a connection.
const opConnect = "connecting"

// operationText is an operation as errors name it: the API's name for it.
func operationText(op string) message.Text {
	if op == opConnect {
		return message.New("connecting")
	}
	return message.Verbatim(op)
}
