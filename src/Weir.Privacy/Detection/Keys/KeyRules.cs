using System.Text;
using static Weir.Privacy.Detection.SensitiveClasses;

namespace Weir.Privacy.Detection.Keys;

/// <summary>How a name of the table is compared with a key whose separators and capitals are gone.</summary>
internal enum KeyMatch : byte
{
    /// <summary>The whole key.</summary>
    Whole,
    /// <summary>The last word of the key: <c>card_pin</c> but not <c>shipping</c>.</summary>
    LastWord,
    /// <summary>The end of the key, words run together or not: <c>dbpassword</c>.</summary>
    Ending,
}

internal sealed record KeyName(byte[] Name, KeyMatch Match, KeyRule? Rule);

/// <summary>Names that make their values sensitive. The first that fits decides, so exceptions stand first.</summary>
internal static class KeyRules
{
    /// <summary>Words at the end of a key that say nothing of their own: <c>password_confirmation</c>, <c>token_value</c>.</summary>
    public static readonly byte[][] Trailers = Texts(
        "confirmation confirm confirmed again repeat verify value hash hashed plain plaintext raw b64 base64 encoded encrypted text string new old current");

    /// <summary>Keys of a nested object that stand for the name of the object: <c>"secret":{"value":…}</c>.</summary>
    public static readonly byte[][] Stand = Texts("value data text content number raw plain val stringvalue");

    public static readonly KeyName[] All =
    [
        .. Names(KeyMatch.Ending, null,
            "tokentype pagetoken nexttoken prevtoken previoustoken continuationtoken synctoken cancellationtoken stoptoken " +
            "secwebsocketkey secwebsocketaccept idempotencykey publickey cachekey partitionkey primarykey sortkey foreignkey"),
        .. Rules(KeyMatch.Ending, CardSecurityCode, ValueShape.Code, "cvv cvc cvv2 cvc2 cardcode cardverificationvalue cardsecuritycode"),
        .. Rules(KeyMatch.Whole, CardSecurityCode, ValueShape.Code, "csc securitycode cvn"),
        .. Rules(KeyMatch.Ending, AwsSecretKey, ValueShape.Any, "secretaccesskey awssecretkey awssecret"),
        .. Rules(KeyMatch.Ending, CryptoPrivateKey, ValueShape.Any, "mnemonic seedphrase recoveryphrase walletseed"),
        .. Rules(KeyMatch.LastWord, CryptoPrivateKey, ValueShape.Any, "wif xprv"),
        .. Rules(KeyMatch.Ending, PrivateKey, ValueShape.Any, "privatekey privkey privatekeypem sshkey privatekeydata"),
        .. Rules(KeyMatch.Ending, ConnectionString, ValueShape.Any, "connectionstring connstring connstr"),
        .. Rules(KeyMatch.Ending, Password, ValueShape.Any, "password passwd passphrase passcode passwort kennwort motdepasse contrasena senha wachtwoord userpwd"),
        .. Rules(KeyMatch.LastWord, Password, ValueShape.Any, "pwd pass passwd pw haslo parola"),
        .. Rules(KeyMatch.Ending, ApiKey, ValueShape.Any, "apikey accesskey accesskeyid subscriptionkey authkey appkey apitoken apisecret functionskey licensekey"),
        .. Rules(KeyMatch.Ending, SecretValue, ValueShape.Any, "secret secretkey sharedkey signingkey encryptionkey masterkey hmackey accountkey sharedaccesskey storagekey jwtkey"),
        .. Rules(KeyMatch.LastWord, SecretValue, ValueShape.Text, "credential credentials secrets"),
        .. Rules(KeyMatch.Ending, SignedUrl, ValueShape.Any, "xamzsignature xamzcredential xgoogsignature xgoogcredential"),
        .. Rules(KeyMatch.Whole, SignedUrl, ValueShape.Opaque, "sig signature"),
        .. Rules(KeyMatch.Ending, SessionId, ValueShape.Any, "sessionid sessid sessionkey phpsessid jsessionid"),
        .. Rules(KeyMatch.LastWord, SessionId, ValueShape.Any, "sid"), .. Rules(KeyMatch.LastWord, SessionId, ValueShape.Opaque, "session sess"),
        .. Rules(KeyMatch.Ending, Token, ValueShape.Text, "token accesstoken refreshtoken"),
        .. Rules(KeyMatch.LastWord, Token, ValueShape.Text, "jwt bearer"), .. Rules(KeyMatch.LastWord, Token, ValueShape.Opaque, "tokens"), .. Rules(KeyMatch.Whole, Token, ValueShape.Opaque, "code authcode authorizationcode auth key"),
        .. Rules(KeyMatch.Ending, OneTimeCode, ValueShape.Code, "verificationcode onetimecode smscode mfacode 2facode twofactorcode otpcode pincode recoverycode backupcode"),
        .. Rules(KeyMatch.LastWord, OneTimeCode, ValueShape.Code, "otp totp pin tan"),
        .. Rules(KeyMatch.Ending, Authorization, ValueShape.Credentials, "authorization"), .. Rules(KeyMatch.Whole, Cookie, ValueShape.Cookies, "cookie setcookie"),
        .. Rules(KeyMatch.Ending, PaymentCard, ValueShape.LongDigits, "cardnumber cardno creditcard debitcard ccnumber ccnum primaryaccountnumber cardpan"),
        .. Rules(KeyMatch.LastWord, PaymentCard, ValueShape.LongDigits, "pan card"),
        .. Rules(KeyMatch.LastWord, Iban, ValueShape.LongDigits, "iban"),
        .. Rules(KeyMatch.Whole, Bic, ValueShape.Bic, "bic swift swiftcode bicswift bicorswift swiftbic"),
        .. Rules(KeyMatch.Ending, BankAccount, ValueShape.Digits, "accountnumber accountno acctnumber bankaccount routingnumber sortcode kontonummer"),
        .. Rules(KeyMatch.Ending, UsSsn, ValueShape.Digits, "ssn socialsecuritynumber socialsecurity socialsecurityno"),
        .. Ids(DeTaxId, "steuerid steueridnr steueridentifikationsnummer"), .. Ids(EsDni, "dni nie"), .. Ids(FrNir, "nir numerosecu numsecu"), .. Ids(ItFiscalCode, "codicefiscale fiscalcode"),
        .. Ids(BrCpf, "cpf"), .. Ids(BrCnpj, "cnpj"), .. Ids(InAadhaar, "aadhaar aadhar aadhaarnumber aadharnumber"), .. Ids(InPan, "pannumber panno pancard"), .. Ids(PlPesel, "pesel"),
        .. Ids(NlBsn, "bsn burgerservicenummer"), .. Ids(UkNhs, "nhsnumber nhsno"), .. Ids(UkNino, "nino ninumber nationalinsurancenumber"), .. Ids(SePersonnummer, "personnummer"),
        .. Ids(FiHetu, "hetu henkilotunnus"), .. Ids(NoFodselsnummer, "fodselsnummer"), .. Ids(DkCpr, "cpr cprnumber cprnr"), .. Ids(BeNationalNumber, "rijksregisternummer insz niss"),
        .. Ids(PtNif, "nif"), .. Ids(ChAhv, "ahv ahvnumber ahvnr avs"), .. Ids(RoCnp, "cnp"), .. Ids(BgEgn, "egn"), .. Ids(CaSin, "sin socialinsurancenumber"), .. Ids(MxCurp, "curp"),
        .. Ids(ClRut, "rut"), .. Ids(ArCuit, "cuit cuil"), .. Ids(AuTfn, "tfn taxfilenumber"), .. Ids(AuMedicare, "medicare medicarenumber"), .. Ids(KrRrn, "rrn"),
        .. Ids(JpMyNumber, "mynumber"), .. Ids(SgNric, "nric"), .. Ids(TrKimlik, "tckn tckimlik tckimlikno kimlikno"), .. Ids(CnResidentId, "idcardno residentid"),
        .. Rules(KeyMatch.Ending, NationalId, ValueShape.Digits,
            "nationalid nationalidnumber identitynumber idcardnumber idnumber passport passportnumber passportno driverlicense driverslicense drivinglicence drivinglicense driverlicensenumber driverslicensenumber licencenumber taxid taxpayerid vatid citizenid"),
        .. Rules(KeyMatch.Ending, Email, ValueShape.Address, "email mail emailaddress"),
        .. Rules(KeyMatch.Ending, Phone, ValueShape.Phone, "phone phonenumber telephone mobilenumber cellphone msisdn whatsapp phoneno mobileno"),
        .. Rules(KeyMatch.LastWord, Phone, ValueShape.Phone, "mobile tel fax cell"),
        .. Rules(KeyMatch.Ending, DateOfBirth, ValueShape.Digits, "dob dateofbirth birthdate birthday geburtsdatum datenaissance"),
        .. Rules(KeyMatch.Ending, PostalAddress, ValueShape.Text, "streetaddress addressline1 addressline2 addressline postaladdress homeaddress shippingaddress billingaddress"),
        .. Rules(KeyMatch.LastWord, PostalAddress, ValueShape.Text, "street"),
        .. Rules(KeyMatch.LastWord, Coordinates, ValueShape.Fraction, "lat lng lon latitude longitude latlng latlon"),
    ];

    private static IEnumerable<KeyName> Ids(SensitiveClass sensitive, string names) => Rules(KeyMatch.LastWord, sensitive, ValueShape.Digits, names)
        .Concat(Rules(KeyMatch.Whole, sensitive, ValueShape.Digits, names));

    private static IEnumerable<KeyName> Rules(KeyMatch match, SensitiveClass sensitive, ValueShape shape, string names) =>
        Names(match, new KeyRule(sensitive, shape), names);

    private static IEnumerable<KeyName> Names(KeyMatch match, KeyRule? rule, string names) =>
        Texts(names).Select(name => new KeyName(name, match, rule));

    private static byte[][] Texts(string names) =>
        [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.ASCII.GetBytes)];
}
