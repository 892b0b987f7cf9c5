using System.Diagnostics.CodeAnalysis;
using static Weir.Privacy.Detection.SensitiveGroup;

namespace Weir.Privacy.Detection;

/// <summary>Every built-in class of sensitive data, one line each.</summary>
public static class SensitiveClasses
{
    private static readonly List<SensitiveClass> s_all = [];

    public static readonly SensitiveClass Authorization = Secret("authorization", "credentials of Authorization fields and of Bearer and Basic texts");
    public static readonly SensitiveClass Cookie = Secret("cookie", "values of Cookie and Set-Cookie");
    public static readonly SensitiveClass SessionId = Secret("session_id", "session ids by name");
    public static readonly SensitiveClass Jwt = Secret("jwt", "JSON Web Tokens with their claims and signatures");
    public static readonly SensitiveClass Password = Secret("password", "passwords and passphrases by name", Severity.Critical);
    public static readonly SensitiveClass SecretValue = Secret("secret", "shared secrets, signing keys and credentials by name", Severity.Critical);
    public static readonly SensitiveClass Token = Secret("token", "access, refresh, reset and other tokens by name");
    public static readonly SensitiveClass ApiKey = Secret("api_key", "API keys by name");
    public static readonly SensitiveClass PrivateKey = Secret("private_key", "private keys (PEM, OpenSSH, PGP, age)", Severity.Critical);
    public static readonly SensitiveClass OneTimeCode = Secret("one_time_code", "one-time codes and PINs by name");
    public static readonly SensitiveClass UrlCredentials = Secret("url_credentials", "user and password within URLs");
    public static readonly SensitiveClass SignedUrl = Secret("signed_url", "signatures of signed URLs (AWS, Google, Azure)");
    public static readonly SensitiveClass ConnectionString = Secret("connection_string", "connection strings with their passwords", Severity.Critical);
    public static readonly SensitiveClass AwsAccessKey = Secret("aws_access_key", "AWS access key ids");
    public static readonly SensitiveClass AwsSecretKey = Secret("aws_secret_key", "AWS secret access keys by name", Severity.Critical);
    public static readonly SensitiveClass GoogleKey = Secret("google_key", "Google API keys, OAuth tokens and client secrets");
    public static readonly SensitiveClass GithubToken = Secret("github_token", "GitHub tokens", Severity.Critical);
    public static readonly SensitiveClass GitlabToken = Secret("gitlab_token", "GitLab tokens", Severity.Critical);
    public static readonly SensitiveClass SlackToken = Secret("slack_token", "Slack tokens and webhook addresses");
    public static readonly SensitiveClass StripeKey = Secret("stripe_key", "Stripe secret and restricted keys", Severity.Critical);
    public static readonly SensitiveClass AiKey = Secret("ai_key", "keys of AI services");
    public static readonly SensitiveClass PackageToken = Secret("package_token", "tokens of npm, PyPI, RubyGems, Docker Hub and other registries");
    public static readonly SensitiveClass VendorKey = Secret("vendor_key", "keys of other vendors that have a known form");
    public static readonly SensitiveClass CryptoPrivateKey = Secret("crypto_private_key", "wallet private keys and recovery phrases", Severity.Critical);
    public static readonly SensitiveClass CutValue = Secret("cut_value", "digits or keys that the body limit cut, so that nobody can tell what they are", Severity.Medium);

    public static readonly SensitiveClass PaymentCard = Add("payment_card", Financial, Severity.Critical, "payment card numbers in full");
    public static readonly SensitiveClass CardSecurityCode = Add("card_security_code", Financial, Severity.Critical, "card security codes (CVV, CVC) by name");
    public static readonly SensitiveClass Iban = Add("iban", Financial, Severity.High, "international bank account numbers");
    public static readonly SensitiveClass Bic = Add("bic", Financial, Severity.Low, "bank identifier codes by name");
    public static readonly SensitiveClass BankAccount = Add("bank_account", Financial, Severity.High, "account, routing and sort numbers by name");

    public static readonly SensitiveClass NationalId = Id("national_id", "identity numbers, passports and driving licences by name");
    public static readonly SensitiveClass UsSsn = Id("us_ssn", "social security and taxpayer numbers of the United States");
    public static readonly SensitiveClass DeTaxId = Id("de_tax_id", "tax identification numbers of Germany");
    public static readonly SensitiveClass EsDni = Id("es_dni", "DNI and NIE of Spain");
    public static readonly SensitiveClass FrNir = Id("fr_nir", "social security numbers of France");
    public static readonly SensitiveClass ItFiscalCode = Id("it_fiscal_code", "codice fiscale of Italy");
    public static readonly SensitiveClass BrCpf = Id("br_cpf", "CPF of Brazil");
    public static readonly SensitiveClass BrCnpj = Id("br_cnpj", "CNPJ of Brazil");
    public static readonly SensitiveClass InAadhaar = Id("in_aadhaar", "Aadhaar of India");
    public static readonly SensitiveClass InPan = Id("in_pan", "permanent account numbers of India");
    public static readonly SensitiveClass PlPesel = Id("pl_pesel", "PESEL of Poland");
    public static readonly SensitiveClass NlBsn = Id("nl_bsn", "BSN of the Netherlands");
    public static readonly SensitiveClass UkNhs = Id("uk_nhs", "NHS numbers of the United Kingdom");
    public static readonly SensitiveClass UkNino = Id("uk_nino", "national insurance numbers of the United Kingdom");
    public static readonly SensitiveClass SePersonnummer = Id("se_personnummer", "personnummer of Sweden");
    public static readonly SensitiveClass FiHetu = Id("fi_hetu", "personal identity codes of Finland");
    public static readonly SensitiveClass NoFodselsnummer = Id("no_fodselsnummer", "birth numbers of Norway");
    public static readonly SensitiveClass DkCpr = Id("dk_cpr", "CPR numbers of Denmark");
    public static readonly SensitiveClass BeNationalNumber = Id("be_national_number", "national numbers of Belgium");
    public static readonly SensitiveClass PtNif = Id("pt_nif", "NIF of Portugal");
    public static readonly SensitiveClass ChAhv = Id("ch_ahv", "AHV numbers of Switzerland");
    public static readonly SensitiveClass RoCnp = Id("ro_cnp", "CNP of Romania");
    public static readonly SensitiveClass BgEgn = Id("bg_egn", "EGN of Bulgaria");
    public static readonly SensitiveClass CaSin = Id("ca_sin", "social insurance numbers of Canada");
    public static readonly SensitiveClass MxCurp = Id("mx_curp", "CURP of Mexico");
    public static readonly SensitiveClass ClRut = Id("cl_rut", "RUT of Chile");
    public static readonly SensitiveClass ArCuit = Id("ar_cuit", "CUIT and CUIL of Argentina");
    public static readonly SensitiveClass AuTfn = Id("au_tfn", "tax file numbers of Australia");
    public static readonly SensitiveClass AuMedicare = Id("au_medicare", "Medicare numbers of Australia");
    public static readonly SensitiveClass CnResidentId = Id("cn_resident_id", "resident identity numbers of China");
    public static readonly SensitiveClass KrRrn = Id("kr_rrn", "resident registration numbers of South Korea");
    public static readonly SensitiveClass JpMyNumber = Id("jp_my_number", "My Number of Japan");
    public static readonly SensitiveClass SgNric = Id("sg_nric", "NRIC and FIN of Singapore");
    public static readonly SensitiveClass TwId = Id("tw_id", "identity numbers of Taiwan");
    public static readonly SensitiveClass ThId = Id("th_id", "identity numbers of Thailand");
    public static readonly SensitiveClass IlId = Id("il_id", "identity numbers of Israel");
    public static readonly SensitiveClass TrKimlik = Id("tr_kimlik", "identity numbers of Türkiye");
    public static readonly SensitiveClass ZaId = Id("za_id", "identity numbers of South Africa");

    public static readonly SensitiveClass Email = Add("email", Personal, Severity.Medium, "e-mail addresses");
    public static readonly SensitiveClass Phone = Add("phone", Personal, Severity.Medium, "telephone numbers");
    public static readonly SensitiveClass DateOfBirth = Add("date_of_birth", Personal, Severity.Medium, "dates of birth by name");
    public static readonly SensitiveClass PostalAddress = Add("postal_address", Personal, Severity.Medium, "street addresses by name");

    public static readonly SensitiveClass IpAddress = Add("ip_address", Technical, Severity.Low, "IP addresses (always readable)", masked: false);
    public static readonly SensitiveClass MacAddress = Add("mac_address", Technical, Severity.Low, "MAC addresses (always readable)", masked: false);
    public static readonly SensitiveClass Coordinates = Add("coordinates", Technical, Severity.Low, "geographic coordinates (always readable)", masked: false);
    public static readonly SensitiveClass CryptoWallet = Add("crypto_wallet", Technical, Severity.Low, "public wallet addresses (always readable)", masked: false);

    /// <summary>All of them, in the order of the groups.</summary>
    public static IReadOnlyList<SensitiveClass> All => s_all;

    public static bool TryFind(string name, [NotNullWhen(true)] out SensitiveClass? found)
    {
        found = s_all.Find(candidate => candidate.Name == name);
        return found is not null;
    }

    private static SensitiveClass Secret(string name, string exposes, Severity severity = Severity.High) =>
        Add(name, Secrets, severity, exposes);

    private static SensitiveClass Id(string name, string exposes) => Add(name, NationalIds, Severity.High, exposes);

    private static SensitiveClass Add(string name, SensitiveGroup group, Severity severity, string exposes, bool masked = true)
    {
        var added = new SensitiveClass(name, group, severity, masked, exposes);
        s_all.Add(added);
        return added;
    }
}
