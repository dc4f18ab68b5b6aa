package conformance

import (
	"fmt"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// This file converts objects of the package to what cases compare: the same members in all languages.

func viewOfError(e *peerid.Error) (object, error) {
	noteShown(fmt.Sprintf("%v %+v %s", e, *e, e.Detail))
	view := object{
		"code":           e.Code.String(),
		"outcome":        e.Outcome.String(),
		"http_status":    integer(int64(e.HTTPStatus)),
		"retryable":      e.Retryable,
		"retry_after_ms": integer(e.RetryAfter.Milliseconds()),
		"message":        e.Message,
		"detail":         nil,
		"reason":         textOrNull(e.Reason),
		"transaction_id": textOrNull(e.TransactionID),
		"fields":         nil,
		"mark":           textOrNull(string(e.Mark)),
	}
	if e.Fields != nil {
		fields := object{}
		for name, message := range e.Fields {
			fields[name] = message
		}
		view["fields"] = fields
	}
	var err error
	if e.Detail != nil {
		view["detail"], err = parse(e.Detail)
	}
	return view, err
}

func viewOfToken(token *peerid.Token) object {
	view := object{
		"access_token":  token.AccessToken,
		"refresh_token": textOrNull(token.RefreshToken),
		"scope":         nil,
		"expires_at_ms": nil,
		"app_id":        knownOrNull(token.AppID),
		"user_id":       knownOrNull(token.UserID),
		"generation":    integer(int64(token.Generation)),
	}
	if token.Scope != nil {
		scope := []any{}
		for _, id := range token.Scope {
			scope = append(scope, integer(int64(id)))
		}
		view["scope"] = scope
	}
	if !token.Expiry.IsZero() {
		view["expires_at_ms"] = integer(token.Expiry.UnixMilli())
	}
	return view
}

func viewOfResult(result *peerid.Result) (object, error) {
	whole, err := parse(result.JSON)
	created := []any{}
	for _, id := range result.CreatedIDs {
		created = append(created, id)
	}
	view := object{
		"transaction_id":    textOrNull(result.TransactionID),
		"block_num":         nil,
		"trx_num":           nil,
		"created_ids":       created,
		"transaction_token": textOrNull(result.TransactionToken),
		"json":              whole,
		"text":              string(result.JSON),
	}
	if result.TransactionID != "" {
		view["block_num"] = integer(result.BlockNum)
		view["trx_num"] = integer(result.TrxNum)
	}
	return view, err
}

func viewOfSettlement(settlement *peerid.Settlement) object {
	transactions := []any{}
	for _, transaction := range settlement.Transactions {
		transactions = append(transactions, object{
			"id":        textOrNull(transaction.ID),
			"block_num": integer(transaction.BlockNum),
			"trx_num":   integer(transaction.TrxNum),
		})
	}
	view := object{
		"state":          string(settlement.State),
		"transaction_id": textOrNull(settlement.TransactionID),
		"block_num":      nil,
		"trx_num":        nil,
		"irreversible":   settlement.Irreversible,
		"transactions":   transactions,
		"retry_after_ms": integer(settlement.RetryAfter.Milliseconds()),
	}
	if settlement.State == peerid.SettledDone {
		view["block_num"] = integer(settlement.BlockNum)
		view["trx_num"] = integer(settlement.TrxNum)
	}
	return view
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func knownOrNull(number int64) any {
	if number < 0 {
		return nil
	}
	return integer(number)
}
