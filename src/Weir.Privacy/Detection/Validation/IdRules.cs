using System.Text;
using static Weir.Privacy.Detection.SensitiveClasses;

namespace Weir.Privacy.Detection.Validation;

internal delegate bool IdCheck(ReadOnlySpan<byte> compact);

/// <summary>How one identity number is recognised.</summary>
/// <param name="Class">What it is.</param>
/// <param name="Length">Characters without separators.</param>
/// <param name="DigitsOnly">No letters anywhere.</param>
/// <param name="Check">Its check digits and ranges.</param>
/// <param name="Context">Words, one of which has to stand before it where its form alone proves too little; ~ is a blank within one.</param>
internal sealed record IdRule(SensitiveClass Class, int Length, bool DigitsOnly, IdCheck Check, string Context)
{
    /// <summary>Group lengths and separators that are typical enough to need no context: <c>3-2-4</c>.</summary>
    public string Shapes { get; init; } = "";

    /// <summary>The check is strong enough without separators and without context.</summary>
    public bool StandsAlone { get; init; }

    public byte[][] ContextWords { get; } = Words(Context);

    public byte[][] ShapeTexts { get; private set; } = [];

    public IdRule Prepared()
    {
        ShapeTexts = Words(Shapes);
        return this;
    }

    private static byte[][] Words(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => Encoding.ASCII.GetBytes(word.Replace('~', ' ')))];
}

/// <summary>The identity numbers that Weir knows.</summary>
internal static class IdRules
{
    public const int MinLength = 8;
    public const int MaxLength = 18;

    private static readonly IdRule[] s_all =
    [
        new(UsSsn, 9, true, WorldIds.Ssn, "ssn social") { Shapes = "3-2-4" },
        new(UsSsn, 9, true, WorldIds.Itin, "itin taxpayer ssn social"),
        new(DeTaxId, 11, true, EuropeanIds.GermanTaxId, "steuer tax idnr tin"),
        new(EsDni, 9, false, EuropeanIds.Dni, "dni nif documento identidad"),
        new(EsDni, 9, false, EuropeanIds.Nie, "nie nif documento identidad"),
        new(FrNir, 15, false, EuropeanIds.Nir, "nir secu social insee") { StandsAlone = true },
        new(ItFiscalCode, 16, false, EuropeanIds.FiscalCode, "fiscale fiscal") { StandsAlone = true },
        new(BrCpf, 11, true, WorldIds.Cpf, "cpf") { Shapes = "3.3.3-2" },
        new(BrCnpj, 14, true, WorldIds.Cnpj, "cnpj") { Shapes = "2.3.3/4-2" },
        new(InAadhaar, 12, true, WorldIds.Aadhaar, "aadhaar aadhar uidai uid"),
        new(InPan, 10, false, WorldIds.Pan, "pan permanent"),
        new(PlPesel, 11, true, EuropeanIds.Pesel, "pesel"),
        new(NlBsn, 9, true, EuropeanIds.Bsn, "bsn burgerservice sofi"),
        new(UkNhs, 10, true, EuropeanIds.Nhs, "nhs patient"),
        new(UkNino, 9, false, EuropeanIds.Nino, "nino insurance ni-number ni_number ni~number") { Shapes = "2_2_2_2_1" },
        new(SePersonnummer, 10, true, EuropeanIds.Personnummer, "personnummer personnr pnr samordning") { Shapes = "6-4" },
        new(SePersonnummer, 12, true, EuropeanIds.PersonnummerWithCentury, "personnummer personnr pnr samordning") { Shapes = "8-4" },
        new(FiHetu, 10, false, EuropeanIds.Hetu, "hetu henkil") { Shapes = "6-4" },
        new(FiHetu, 11, false, EuropeanIds.Hetu, "hetu henkil") { StandsAlone = true },
        new(NoFodselsnummer, 11, true, EuropeanIds.Fodselsnummer, "fodsel fnr personnummer birth") { Shapes = "6_5" },
        new(DkCpr, 10, true, EuropeanIds.Cpr, "cpr personnummer"),
        new(BeNationalNumber, 11, true, EuropeanIds.BelgianNumber, "rijksregister registre national rrn insz") { Shapes = "2.2.2-3.2" },
        new(PtNif, 9, true, EuropeanIds.Nif, "nif contribuinte fiscal"),
        new(ChAhv, 13, true, EuropeanIds.Ahv, "ahv avs") { Shapes = "3.4.4.2", StandsAlone = true },
        new(RoCnp, 13, true, EuropeanIds.Cnp, "cnp"),
        new(BgEgn, 10, true, EuropeanIds.Egn, "egn"),
        new(CaSin, 9, true, WorldIds.Sin, "sin social insurance"),
        new(MxCurp, 18, false, WorldIds.Curp, "curp") { StandsAlone = true },
        new(ClRut, 9, false, WorldIds.Rut, "rut run") { Shapes = "2.3.3-1" },
        new(ClRut, 8, false, WorldIds.Rut, "rut run") { Shapes = "1.3.3-1" },
        new(ArCuit, 11, true, WorldIds.Cuit, "cuit cuil") { Shapes = "2-8-1" },
        new(AuTfn, 9, true, WorldIds.Tfn, "tfn tax"),
        new(AuMedicare, 10, true, WorldIds.Medicare, "medicare"),
        new(CnResidentId, 18, false, WorldIds.ResidentId, "resident id") { StandsAlone = true },
        new(KrRrn, 13, true, WorldIds.Rrn, "rrn resident jumin") { Shapes = "6-7" },
        new(JpMyNumber, 12, true, WorldIds.MyNumber, "mynumber my_number my~number kojin"),
        new(SgNric, 9, false, WorldIds.Nric, "nric fin identity"),
        new(TwId, 10, false, WorldIds.TaiwaneseId, "taiwan identity national_id idno id_no"),
        new(ThId, 13, true, WorldIds.ThaiId, "thai citizen national_id") { Shapes = "1-4-5-2-1" },
        new(IlId, 9, true, WorldIds.IsraeliId, "teudat zehut israel"),
        new(TrKimlik, 11, true, WorldIds.Kimlik, "kimlik tckn tc_no tc-no"),
        new(ZaId, 13, true, WorldIds.SouthAfricanId, "south african sa_id") { StandsAlone = true },
    ];

    private static readonly IdRule[][] s_byLength = [.. Enumerable.Range(0, MaxLength + 1)
        .Select(static length => s_all.Where(rule => rule.Length == length).Select(static rule => rule.Prepared()).ToArray())];

    public static ReadOnlySpan<IdRule> OfLength(int length) => length is >= MinLength and <= MaxLength ? s_byLength[length] : [];
}
