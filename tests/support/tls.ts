/** A certificate for the tests, of no worth to anyone: of this machine's own names, signed by itself, and good from 2020 for a hundred years. */
export const TEST_TLS = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUUIfbpMWJdTsuHQ7fzjr6A5ej7DMwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMamV0bG9jay10ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMTkx
MjA4MDAwMDAwWjAXMRUwEwYDVQQDDAxqZXRsb2NrLXRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQmyAQctrmujAckbcyv5udl2jrMMEUNUzHL3qeAViCUkN1D
IpiXyn0XCmcHenzindy1OwN3A3dlrL4GK4acsL4mo28wbTAdBgNVHQ4EFgQU3hL1
X2lxzjWp3Y1jmfjoq+uu5OcwHwYDVR0jBBgwFoAU3hL1X2lxzjWp3Y1jmfjoq+uu
5OcwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEw
CgYIKoZIzj0EAwIDSAAwRQIhAMlz8zLh9aMobSv0xh4w2SmTpngyZDLU2ID0cN3u
l4UuAiBouXV4jcDV6F/zKn4Q4jRZc6BeCtlU1huSosTZQgV22A==
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+iAcDhv7o+8liIa0
7lY2QkuZXo7f91Es9AGxESaQUAOhRANCAAQmyAQctrmujAckbcyv5udl2jrMMEUN
UzHL3qeAViCUkN1DIpiXyn0XCmcHenzindy1OwN3A3dlrL4GK4acsL4m
-----END PRIVATE KEY-----`,
};
