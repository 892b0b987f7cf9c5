using System.Buffers.Text;
using System.Text;

namespace Weir.Testing.Sensitive;

/// <summary>
/// The labelled set of what is sensitive. Numbers are published examples or carry right check digits; keys have the form of
/// a vendor's keys and are filled with the word Synthetic.
/// </summary>
public static class SensitiveSeeds
{
    private const string Filling = "Syn7hetic0Weir5Example9Key2Not4Real8";

    public static readonly IReadOnlyList<SensitiveSeed> All =
    [
        .. Keyed("password", ("hunter2-synthetic", "password"), ("Tr0ub4dor&3", "userPassword"), ("correct horse battery", "passphrase"), ("s3cr3t!pw", "db_pwd"), ("Pa55:word=x", "new_password_confirmation")),
        .. Keyed("secret", ("synthetic-shared-value", "client_secret"), ("5ynth3tic-signing", "signingKey"), ("synthetic-webhook-99", "webhookSecret")),
        .. Keyed("token", ("synthetic-refresh-41", "refresh_token"), ("synthetic-reset-42", "resetToken"), ("synthetic-xsrf-43", "X-CSRF-Token"), ("synthetic-access-44", "access_token")),
        .. Keyed("api_key", ("synthetic-api-51", "x-api-key"), ("synthetic-api-52", "apikey"), ("synthetic-sub-53", "Ocp-Apim-Subscription-Key")),
        .. Keyed("session_id", ("synthetic-sess-61", "session_id"), ("synthetic-sess-62", "JSESSIONID"), ("synthetic-sess-63", "connect.sid")),
        .. Keyed("one_time_code", ("493021", "otp"), ("8841", "pin"), ("731902", "verification_code")),
        .. Keyed("aws_secret_key", (Fill("", 40), "aws_secret_access_key")),
        .. Keyed("crypto_private_key", ("legal winner thank year wave sausage worth useful legal winner thank yellow", "mnemonic")),
        .. Keyed("connection_string", ("Server=db;Uid=app;Pwd=synthetic-71;", "ConnectionString")),
        .. Keyed("private_key", ("c3ludGhldGljLXByaXZhdGUta2V5LWJ5dGVz", "private_key")),
        .. Keyed("card_security_code", ("737", "cvv"), ("4821", "cardCvc")),
        .. Keyed("bank_account", ("00123456789", "account_number"), ("021000021", "routingNumber")),
        .. Keyed("bic", ("DEUTDEFF500", "bic")),
        .. Keyed("national_id", ("C01X00T478", "passport_number"), ("D1234-56789-01234", "driversLicense")),
        .. Keyed("date_of_birth", ("1984-07-19", "date_of_birth"), ("19/07/1984", "dob")),
        .. Keyed("postal_address", ("742 Evergreen Terrace", "street_address")),
        .. Alone("jwt", "note", Token("""{"alg":"HS256","typ":"JWT"}"""), Token("""{"typ":"JWT","alg":"RS256","kid":"synthetic"}""")),
        .. Alone("private_key", "note", Pem("RSA PRIVATE KEY"), Pem("OPENSSH PRIVATE KEY"), Pem("EC PRIVATE KEY")),
        .. Alone("authorization", "note", "Bearer " + Fill("", 32)),
        .. Alone("url_credentials", "note", "postgres://app:synthetic81@db.example:5432/shop", "https://user:synthetic82@files.example/a"),
        .. Alone("aws_access_key", "note", Upper("AKIA", 16), Upper("ASIA", 16)),
        .. Alone("google_key", "note", Fill("AIza", 35), Fill("GOCSPX-", 28), Fill("ya29.", 40)),
        .. Alone("github_token", "note", Fill("ghp_", 36), Fill("gho_", 36), Fill("ghs_", 36), Fill("github_pat_", 60)),
        .. Alone("gitlab_token", "note", Fill("glpat-", 20), Fill("glrt-", 20)),
        .. Alone("slack_token", "note", Fill("xoxb-", 40), Fill("xoxp-", 40), "hooks.slack.com/services/T00000000/B00000000/" + Fill("", 24)),
        .. Alone("stripe_key", "note", Fill("sk_live_", 24), Fill("rk_live_", 24), Fill("whsec_", 32)),
        .. Alone("ai_key", "note", Fill("sk-ant-", 40), Fill("sk-proj-", 40), Fill("hf_", 34), Fill("sk-", 48)),
        .. Alone("package_token", "note", Fill("npm_", 36), Fill("pypi-AgEIcHlwaS5vcmc", 60), Fill("dckr_pat_", 27)),
        .. Alone("vendor_key", "note", "SG." + Fill("", 22) + "." + Fill("", 43), Hex("shpat_", 32), Hex("dop_v1_", 64), Fill("hvs.", 24), Fill("glsa_", 40), Fill("lin_api_", 40)),
        .. Alone("payment_card", "note", "4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000", "2223003122003222", "4242 4242 4242 4242", "5105-1051-0510-5100"),
        .. Alone("iban", "note", "DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NL91ABNA0417164300", "DE89 3704 0044 0532 0130 00", "NO9386011117947"),
        .. Alone("email", "note", "ada.lovelace@example.com", "bob+weir@mail.example.co.uk", "li_wei@163.com", "o'hara@example.org"),
        .. Alone("phone", "note", "+4915112345678", "+1 415 555 2671", "+44 20 7946 0958", "(415) 555-2671"),
        .. Alone("us_ssn", "note", "078-05-1120", "219-09-9999"),
        .. Alone("fr_nir", "note", "255081416802538"),
        .. Alone("it_fiscal_code", "note", "RSSMRA85T10A562S"),
        .. Alone("mx_curp", "note", "HEGG560427MVZRRL04"),
        .. Alone("cn_resident_id", "note", "11010519491231002X"),
        .. Alone("za_id", "note", "8001015009087"),
        .. Alone("ch_ahv", "note", "756.9217.0769.85", "7569217076985"),
        .. Alone("fi_hetu", "note", "131052-308T"),
        .. Alone("se_personnummer", "note", "811228-9874"),
        .. Alone("be_national_number", "note", "85.07.30-033.28"),
        .. Alone("br_cpf", "note", "529.982.247-25"),
        .. Alone("br_cnpj", "note", "11.222.333/0001-81"),
        .. Alone("cl_rut", "note", "12.345.678-5"),
        .. Alone("ar_cuit", "note", "20-12345678-6"),
        .. Supported("de_tax_id", ("86095742719", "steuer_id")), .. Supported("es_dni", ("12345678Z", "dni"), ("X1234567L", "nie")),
        .. Supported("in_aadhaar", ("234123412346", "aadhaar")), .. Supported("in_pan", ("ABCPE1234F", "pan_number")), .. Supported("pl_pesel", ("44051401359", "pesel")),
        .. Supported("nl_bsn", ("111222333", "bsn")), .. Supported("uk_nhs", ("9434765919", "nhs_number")), .. Supported("uk_nino", ("AB123456C", "nino")),
        .. Supported("no_fodselsnummer", ("15076500565", "fodselsnummer")), .. Supported("dk_cpr", ("070761-4285", "cpr")), .. Supported("pt_nif", ("123456789", "nif")),
        .. Supported("ro_cnp", ("1800101221144", "cnp")), .. Supported("bg_egn", ("7523169263", "egn")), .. Supported("ca_sin", ("130692544", "sin")),
        .. Supported("au_tfn", ("123456782", "tfn")), .. Supported("au_medicare", ("2123456701", "medicare_number")), .. Supported("sg_nric", ("S1234567D", "nric")),
        .. Supported("tr_kimlik", ("10000000146", "tckn")), .. Supported("jp_my_number", ("123456789018", "my_number")),
    ];

    /// <summary>Seeds that only a name gives away.</summary>
    private static IEnumerable<SensitiveSeed> Keyed(string sensitive, params (string Value, string Key)[] seeds) =>
        seeds.Select(seed => new SensitiveSeed(sensitive, seed.Value, seed.Key, Alone: false));

    /// <summary>Seeds with a check that is too weak without a name nearby.</summary>
    private static IEnumerable<SensitiveSeed> Supported(string sensitive, params (string Value, string Key)[] seeds) =>
        Keyed(sensitive, seeds).Select(seed => seed with { Checked = true });

    private static IEnumerable<SensitiveSeed> Alone(string sensitive, string key, params string[] values) =>
        values.Select(value => new SensitiveSeed(sensitive, value, key, Alone: true));

    private static string Fill(string prefix, int length) =>
        prefix + string.Concat(Enumerable.Repeat(Filling, (length / Filling.Length) + 1))[..length];

    private static string Upper(string prefix, int length) => prefix + "SYN7HETICWEIR5EXAMPLE"[..length];

    private static string Hex(string prefix, int length) => prefix + string.Concat(Enumerable.Repeat("0f1e2d3c4b5a6978", (length / 16) + 1))[..length];

    private static string Token(string header) =>
        $"{Encode(header)}.{Encode("""{"sub":"synthetic","name":"Nobody Real"}""")}.{Encode("synthetic-signature-of-nothing")}";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Pem(string label) => $"-----BEGIN {label}-----\n{Fill("MIIE", 60)}\n{Fill("", 40)}\n-----END {label}-----";
}
