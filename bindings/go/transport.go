package peerid

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Transport returns an [http.RoundTripper] for requests that you send yourself. It adds the headers Authorization and
// ClientID. After HTTP 401, which means that nothing was done, it gets a new token and resends the request, if there is
// no body or it can be read again ([http.Request.GetBody]). The log gets a line for this.
//
// Only requests below the client's base URL get the headers; other requests, such as one after a redirect, are passed
// on unchanged. base sends the requests; nil means [http.DefaultTransport].
//
//	http.Client{Transport: session.Transport(nil)}
func (s *Session) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{session: s, base: base}
}

// maximumRounds is the maximum number of times that a request is sent. More than two are needed if the server does not
// know a new token yet. The pauses before the later attempts add up to almost a second.
const maximumRounds = 8

type transport struct {
	session *Session
	base    http.RoundTripper
}

// RoundTrip sends one request; see http.RoundTripper.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if !t.isOurs(request.URL) {
		return t.base.RoundTrip(request)
	}
	ctx := request.Context()
	body := request.Body
	var refused uint64
	for round := 1; ; round++ {
		token, err := t.session.TokenAfter(ctx, refused)
		if err != nil {
			closeBody(body)
			return nil, err
		}
		if round > 1 {
			t.session.client.hooks.tell(LevelInfo, t.resend(token))
		}
		response, err := t.base.RoundTrip(t.authorized(request, body, token))
		if err != nil || response.StatusCode != http.StatusUnauthorized || round == maximumRounds {
			return response, err
		}
		refused = token.Generation
		if !isRepeatable(request) {
			// Get a token for the next request. If this fails, the next request reports the error.
			_, _ = t.session.TokenAfter(ctx, refused)
			return response, nil
		}
		discard(response)
		if body, err = bodyAgain(request); err != nil {
			return nil, newError(ErrInvalidArgument, "cannot read the body of the request again: %v", err).causedBy(err)
		}
	}
}

// resend is the line of the log for a request that is resent.
func (t *transport) resend(token *Token) string {
	user := ""
	if token.UserID >= 0 {
		user = fmt.Sprintf("user %d, ", token.UserID)
	}
	return fmt.Sprintf("transport: sent again, because the server refused the token (HTTP 401) (%sapplication %s)", user, t.session.client.clientID)
}

// CloseIdleConnections forwards http.Client.CloseIdleConnections to the base transport.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// isOurs returns whether a request goes to the PeerID server; no other server may get the token. It resolves dot
// segments in the path, also escaped ones, as a server may do, so that they cannot lead out of the base URL.
func (t *transport) isOurs(to *url.URL) bool {
	base := t.session.client.baseURL
	// An opaque URL is sent as it is, whatever its path says.
	if base == nil || to.Opaque != "" || !strings.EqualFold(to.Scheme, base.Scheme) || !isSameHost(to.Hostname(), base.Hostname()) || port(to) != port(base) {
		return false
	}
	return isBelow(to.EscapedPath(), base.EscapedPath()) && isBelowCleaned(to, base)
}

// isSameHost compares two hosts without case; base is ASCII. EqualFold also equates k and s with letters beyond ASCII,
// which are longer, and which a proxy may resolve to another host.
func isSameHost(host, base string) bool {
	return len(host) == len(base) && strings.EqualFold(host, base)
}

func isBelowCleaned(to, base *url.URL) bool {
	path, ok := cleaned(to)
	above, isBase := cleaned(base)
	return ok && isBase && isBelow(path, above)
}

func isBelow(path, base string) bool {
	return strings.HasPrefix(path+"/", strings.TrimRight(base, "/")+"/")
}

const maximumEscapes = 8

var (
	escape    = regexp.MustCompile("%[0-9A-Fa-f]{2}")
	parameter = regexp.MustCompile("[;\x00][^/]*")
)

// cleaned returns the path without dot segments, which may be escaped several times, separated by backslashes, or have
// a parameter (..;x). It returns false for a path that is escaped more often than any server resolves.
func cleaned(of *url.URL) (string, bool) {
	decoded := of.Path
	for layer := 0; layer < maximumEscapes; layer++ {
		again := escape.ReplaceAllStringFunc(decoded, func(of string) string {
			character, _ := url.PathUnescape(of)
			return character
		})
		if again == decoded {
			decoded = strings.ReplaceAll(decoded, "\\", "/")
			return path.Clean("/" + parameter.ReplaceAllString(decoded, "")), true
		}
		decoded = again
	}
	return "", false
}

func port(of *url.URL) string {
	if explicit := of.Port(); explicit != "" {
		return explicit
	}
	if strings.EqualFold(of.Scheme, "https") {
		return "443"
	}
	return "80"
}

// authorized copies a request, which a RoundTripper must not change, and adds the headers.
func (t *transport) authorized(request *http.Request, body io.ReadCloser, token *Token) *http.Request {
	authorized := request.Clone(request.Context())
	authorized.Body = body
	if authorized.Header == nil {
		authorized.Header = http.Header{}
	}
	authorized.Header.Set("Authorization", "Bearer "+token.AccessToken)
	// The server requires this header in addition to the token, spelled exactly like this.
	authorized.Header.Set("ClientID", t.session.client.clientID)
	return authorized
}

func isRepeatable(request *http.Request) bool {
	return request.Body == nil || request.Body == http.NoBody || request.GetBody != nil
}

func bodyAgain(request *http.Request) (io.ReadCloser, error) {
	if request.GetBody == nil {
		return request.Body, nil
	}
	return request.GetBody()
}

// discard reads a short answer to its end, so that its connection can be reused.
func discard(response *http.Response) {
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10)
	_ = response.Body.Close()
}

func closeBody(body io.ReadCloser) {
	if body != nil {
		_ = body.Close()
	}
}
