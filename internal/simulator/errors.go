package simulator

import (
	"encoding/json"
	"net/http"
)

// apiError is an answer that is not a success, in one of the definition's two
// shapes.
//
// The definition names a single error code, SEM0016 (subscriber is offline). All
// other codes here are invented in its style: a client must go by the HTTP
// status, and show code and message.
type apiError struct {
	status int
	code   string
	en, ja string
	nested bool // {httpStatus, errorMessage:{code, message}}, as generateAuthToken answers 400
}

func (e *apiError) Error() string { return e.code + ": " + e.en }

func apiErr(status int, code, en, ja string) *apiError {
	return &apiError{status: status, code: code, en: en, ja: ja}
}

func badRequest(message string) *apiError {
	return apiErr(http.StatusBadRequest, "COM0001", message, "リクエストが正しくありません: "+message)
}

func errUnknownPath() *apiError {
	return apiErr(http.StatusNotFound, "COM0002", "No such API", "API が存在しません")
}

func errMethod() *apiError {
	return apiErr(http.StatusMethodNotAllowed, "COM0003", "Method not allowed", "許可されていないメソッドです")
}

func errMediaType() *apiError {
	return apiErr(http.StatusUnsupportedMediaType, "COM0004", "Content-Type must be application/json", "Content-Type は application/json である必要があります")
}

func errNoToken() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0001", "API key and API token are required", "API キーと API トークンが必要です")
}

// errInvalidKey has the one name that is documented, without a code: what a
// revoked key and token give.
func errInvalidKey() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0002", "Invalid API key", "API キーが無効です")
}

func errInvalidToken() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0003", "Invalid API token", "API トークンが無効です")
}

func errExpiredToken() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0004", "API token has expired", "API トークンの有効期限が切れています")
}

func errWrongCredentials() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0005", "Invalid username or password", "ユーザー名またはパスワードが違います")
}

func errMFARequired() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0006", "MFA OTP code is required", "MFA の OTP コードが必要です")
}

func errMFAWrong() *apiError {
	return apiErr(http.StatusUnauthorized, "AUM0007", "MFA OTP code is invalid", "MFA の OTP コードが正しくありません")
}

func errPermission() *apiError {
	return apiErr(http.StatusForbidden, "AUM0008", "You are not allowed to perform this API call", "この API を呼び出す権限がありません")
}

func errSwitch() *apiError {
	return apiErr(http.StatusBadRequest, "AUM0009", "Switching to the user is not allowed", "ユーザーを切り替えることはできません")
}

func errOperator() *apiError {
	return apiErr(http.StatusBadRequest, "AUM0010", "Invalid operator ID or user name", "オペレーター ID またはユーザー名が正しくありません")
}

func errTokenRenewal() *apiError {
	e := apiErr(http.StatusBadRequest, "AUM0011", "The API token has already expired", "API トークンの有効期限が既に切れています")
	e.nested = true
	return e
}

func errNoSim() *apiError {
	return apiErr(http.StatusNotFound, "SEM0001", "No such SIM found", "SIM が見つかりません")
}

func errNoSubscriber() *apiError {
	return apiErr(http.StatusNotFound, "SEM0002", "No such subscriber found", "Subscriber が見つかりません")
}

func errNoMapping() *apiError {
	return apiErr(http.StatusNotFound, "NAP0001", "No such port mapping", "ポートマッピングが見つかりません")
}

func errNoTarget() *apiError {
	return apiErr(http.StatusBadRequest, "NAP0002", "The destination SIM does not exist", "接続先の SIM が存在しません")
}

func errNotActive() *apiError {
	return apiErr(http.StatusBadRequest, "SEM0015", "The subscriber is not active", "Subscriber が使用中ではありません")
}

// errOffline carries the definition's code for an offline subscriber, which it
// names for another operation (deleteSimSession).
func errOffline() *apiError {
	return apiErr(http.StatusBadRequest, "SEM0016", "The subscriber is offline", "Subscriber がオフラインです")
}

func errNoService(service string) *apiError {
	return apiErr(http.StatusBadRequest, "NAP0003", "The SIM has no subscriber of the service "+service, "SIM に "+service+" の Subscriber がありません")
}

func errInternal(message string) *apiError {
	return apiErr(http.StatusInternalServerError, "COM9999", message, message)
}

// body is the error as JSON, in the language asked for; anything but ja is
// English.
func (e *apiError) body(lang string) []byte {
	message := e.en
	if lang == "ja" {
		message = e.ja
	}
	flat := map[string]string{"code": e.code, "message": message}
	var v any = flat
	if e.nested {
		v = map[string]any{"httpStatus": e.status, "errorMessage": flat}
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return b
}
