package client

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
