/* The library's objects as a case sees them, with the same members in all languages. */
#ifndef CONFORMANCE_VIEWS_H
#define CONFORMANCE_VIEWS_H

#include <jansson.h>
#include <peerid.h>

json_t *view_of_error(const peerid_error *error);
json_t *view_of_token(const peerid_token *token);
json_t *view_of_response(const peerid_response *response);


/* The JSON of a response, parsed. */
json_t *parsed_response(const peerid_response *response);

#endif
