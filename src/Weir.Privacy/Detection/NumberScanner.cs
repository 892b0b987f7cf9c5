using System.Text;
using Weir.Privacy.Detection.Validation;

namespace Weir.Privacy.Detection;

/// <summary>
/// What may begin at a digit: cards, accounts, identity and telephone numbers, addresses, coordinates. Numbers are written in
/// groups (<c>4111 1111 1111 1111</c>, <c>DE89 3704 …</c>), so the groups around the digit are collected first and then every
/// sequence of them is tried, the longest first.
/// </summary>
internal static class NumberScanner
{
    private const int MaxGroups = 12;
    private const int MinDigits = 6;

    /// <summary>Indian account numbers have four digits among ten characters; no other number has fewer than six.</summary>
    private const int PanLength = 10;

    private static readonly byte[][] s_cardWords = Words("card visa master maestro amex credit debit pan");
    private static readonly byte[][] s_versionWords = Words("version ver build release");
    private static readonly byte[][] s_phoneWords = Words("phone mobile cell tel: tel. fax call whatsapp sms");


    private readonly record struct Group(int Start, int End, int Digits)
    {
        public int Length => End - Start;

        public bool IsDigits => Digits == Length;
    }

    /// <param name="text">The text.</param>
    /// <param name="at">A digit that nothing before has looked at.</param>
    /// <param name="floor">Bytes before it that are done with.</param>
    /// <param name="place">What surrounds the text.</param>
    /// <param name="matches">Receives what was found.</param>
    /// <returns>Where to go on.</returns>
    public static int Scan(ReadOnlySpan<byte> text, int at, int floor, in ScanPlace place, MatchList matches)
    {
        if (Small(text, at, out var end)) return end;
        if (Telephone(text, at, matches, out end)) return end;
        var start = at;
        while (start > floor && Chars.IsAlnum(text[start - 1])) start--;
        if (Opaque.BeginsUuid(text[start..])) return start + 36;
        if (start == at && DateLength(text[at..]) is > 0 and var date) return at + date;
        Span<Group> groups = stackalloc Group[MaxGroups];
        var count = Collect(text, start, floor, groups, out var digits, out end);
        groups = groups[..count];
        if (((end < text.Length && text[end] == ':') || (start > 0 && text[start - 1] == ':'))
            && NetworkText.Around(text, start, out var from, out var to, out var mac))
        {
            matches.Add(new Match(mac ? SensitiveClasses.MacAddress : SensitiveClasses.IpAddress, from, to - from, MaskForm.Placeholder, ""));
            return Math.Max(to, at + 1);
        }

        if (end - start is >= WalletAddress.MinLength and <= WalletAddress.MaxLength && WalletAddress.IsValid(text[start..end], out var isPrivate))
        {
            var wallet = isPrivate ? SensitiveClasses.CryptoPrivateKey : SensitiveClasses.CryptoWallet;
            matches.Add(new Match(wallet, start, end - start, MaskForm.Placeholder, ""));
            return end;
        }

        if (digits >= 4 && count >= 4 && IsV4(text, groups, place.Key, out var last))
        {
            matches.Add(new Match(SensitiveClasses.IpAddress, groups[0].Start, last - groups[0].Start, MaskForm.Placeholder, ""));
            return last;
        }

        if (digits >= MinDigits || (digits == 4 && count == 1 && groups[0].Length == PanLength)) Sequences(text, groups, in place, matches);
        return Math.Max(end, at + 1);
    }

    /// <summary>A short number that stands by itself, as most do.</summary>
    private static bool Small(ReadOnlySpan<byte> text, int at, out int end)
    {
        end = at + 1;
        while (end < text.Length && Chars.IsDigit(text[end])) end++;
        if (end - at >= MinDigits || (at > 0 && (Chars.IsAlnum(text[at - 1]) || text[at - 1] is (byte)'+' or (byte)'(' or (byte)' ' or (byte)'-' or (byte)':'))) return false;
        return end + 1 >= text.Length
               || (!Chars.IsAlnum(text[end]) && (text[end] is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)':') || !Chars.IsAlnum(text[end + 1])));
    }

    private static bool Telephone(ReadOnlySpan<byte> text, int at, MatchList matches, out int end)
    {
        end = at;
        var start = at - 1;
        if (at == 0) return false;
        var found = text[start] switch
        {
            (byte)'+' => PhoneNumber.International(text, start, out end),
            (byte)'(' when start > 0 && text[start - 1] == '+' => PhoneNumber.International(text, --start, out end),
            (byte)'(' => PhoneNumber.NorthAmerican(text, start, out end),
            _ => false,
        };
        if (found) matches.Add(new Match(SensitiveClasses.Phone, start, end - start, MaskForm.Placeholder, ""));
        return found;
    }

    /// <summary>An ISO 8601 date with its time, the most common number of all in API bodies.</summary>
    private static int DateLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' || text[0] is not ((byte)'1' or (byte)'2')) return 0;
        if (Chars.DigitCount(text[..10]) != 8 || (text.Length > 10 && Chars.IsDigit(text[10]))) return 0;
        if (text.Length < 16 || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':') return text.Length > 10 && text[10] == '-' ? 0 : 10;
        var length = 16;
        while (length < text.Length && (Chars.IsDigit(text[length]) || text[length] is (byte)':' or (byte)'.' or (byte)'Z')) length++;
        if (text.Length >= length + 6 && text[length] is (byte)'+' or (byte)'-' && text[length + 3] == ':') length += 6;
        return length;
    }

    /// <param name="text">The text.</param>
    /// <param name="start">Where the first run of letters and digits begins.</param>
    /// <param name="floor">Bytes before it that are done with.</param>
    /// <param name="groups">Receives the groups.</param>
    /// <param name="digits">Digits in all of them.</param>
    /// <param name="end">End of the last group, or of the first run when that is no group.</param>
    private static int Collect(ReadOnlySpan<byte> text, int start, int floor, Span<Group> groups, out int digits, out int end)
    {
        var count = 0;
        digits = 0;
        // AB 12 34 56 C: letters that stand before the first digit.
        if (start >= floor + 3 && text[start - 1] is (byte)' ' or (byte)'-' && Chars.IsUpper(text[start - 2]) && Chars.IsUpper(text[start - 3])
            && (start == 3 || !Chars.IsAlnum(text[start - 4])))
        {
            groups[count++] = new Group(start - 3, start - 1, 0);
        }

        end = start;
        while (count < groups.Length)
        {
            var run = ReadRun(text, start);
            if (digits == 0) end = run.End;
            if (!IsGroup(run)) break;
            end = run.End;
            groups[count++] = new Group(WithoutWord(text, run), run.End, run.Digits);
            digits += run.Digits;
            if (end + 1 >= text.Length || !Chars.IsAlnum(text[end + 1])) break;
            if (text[end] is not ((byte)' ' or (byte)'-' or (byte)'.') && !(text[end] == '/' && Chars.IsDigit(text[end - 1]) && Chars.IsDigit(text[end + 1]))) break;
            start = end + 1;
        }

        return count;
    }

    private readonly record struct Run(int Start, int End, int Digits, int Upper)
    {
        public int Length => End - Start;
    }

    private static Run ReadRun(ReadOnlySpan<byte> text, int start)
    {
        var (end, digits, upper) = (start, 0, 0);
        for (; end < text.Length && Chars.IsAlnum(text[end]); end++)
        {
            if (Chars.IsDigit(text[end])) digits++;
            else if (Chars.IsUpper(text[end])) upper++;
        }

        return new Run(start, end, digits, upper);
    }

    /// <summary>Has a digit or is a few capitals; letters of both cases are an identifier, not a number.</summary>
    private static bool IsGroup(Run run)
    {
        if (run.Length is 0 or > Iban.MaxLength) return false;
        var letters = run.Length - run.Digits;
        if (run.Digits == 0) return run.Upper == letters && letters <= 4;
        return run.Upper == 0 || run.Upper == letters || run.Digits >= 12;
    }

    /// <summary>A word, or the length byte of a binary field, may touch a card number: <c>card4111…</c>.</summary>
    private static int WithoutWord(ReadOnlySpan<byte> text, Run run)
    {
        if (run.Digits == run.Length || run.Digits is < 13 or > CardNumber.MaxDigits) return run.Start;
        var tail = run.End - run.Digits;
        return Chars.IsLetter(text[tail - 1]) && !text[tail..run.End].ContainsAnyExcept(Chars.Digits)
               && Iban.LengthFor(text[run.Start..run.End]) != run.Length ? tail : run.Start;
    }

    private static bool IsV4(ReadOnlySpan<byte> text, ReadOnlySpan<Group> groups, ReadOnlySpan<byte> key, out int end)
    {
        end = groups[3].End;
        for (var i = 0; i < 4; i++)
            if (!groups[i].IsDigits || groups[i].Length > 3 || (i < 3 && text[groups[i].End] != '.')) return false;
        return (groups.Length == 4 || text[end] is not ((byte)'.' or (byte)'-')) && NetworkText.IsV4(text, groups[0].Start, end)
               && !ContextWords.Any(key, s_versionWords);
    }

    private static void Sequences(ReadOnlySpan<byte> text, ReadOnlySpan<Group> groups, in ScanPlace place, MatchList matches)
    {
        Span<byte> compact = stackalloc byte[Iban.MaxLength];
        Span<byte> shape = stackalloc byte[MaxGroups * 3];
        for (var first = 0; first < groups.Length; first++)
        {
            for (var last = groups.Length - 1; last >= first; last--)
            {
                var length = Compact(text, groups[first..(last + 1)], compact, shape, out var shapeLength, out var mixed);
                if (length < IdRules.MinLength) continue;
                var candidate = new Candidate
                {
                    Compact = compact[..length], Shape = shape[..shapeLength], Mixed = mixed, Text = text,
                    Start = groups[first].Start, End = groups[last].End, Groups = last - first + 1,
                };
                if (candidate.Identify(in place) is not { } found) continue;
                var form = found == SensitiveClasses.PaymentCard ? MaskForm.Card : MaskForm.Placeholder;
                matches.Add(new Match(found, candidate.Start, candidate.End - candidate.Start, form, ""));
                first = last;
                break;
            }
        }
    }

    /// <returns>Characters without separators; 0 when there are too many.</returns>
    private static int Compact(
        ReadOnlySpan<byte> text, ReadOnlySpan<Group> groups, Span<byte> compact, Span<byte> shape, out int shapeLength, out bool mixed)
    {
        var length = 0;
        (shapeLength, mixed) = (0, false);
        for (var i = 0; i < groups.Length; i++)
        {
            var group = text[groups[i].Start..groups[i].End];
            if (length + group.Length > compact.Length) return 0;
            foreach (var c in group) compact[length++] = Chars.Upper(c);
            if (group.Length > 9) shape[shapeLength++] = (byte)('0' + (group.Length / 10));
            shape[shapeLength++] = (byte)('0' + (group.Length % 10));
            if (i == groups.Length - 1) break;
            var separator = text[groups[i].End];
            shape[shapeLength++] = separator == ' ' ? (byte)'_' : separator;
            mixed |= separator != text[groups[0].End];
        }

        return length;
    }

    /// <summary>A sequence of groups that may be one number.</summary>
    private readonly ref struct Candidate
    {
        public ReadOnlySpan<byte> Text { get; init; }

        public ReadOnlySpan<byte> Compact { get; init; }

        public ReadOnlySpan<byte> Shape { get; init; }

        /// <summary>Its separators are not all the same.</summary>
        public bool Mixed { get; init; }

        public int Start { get; init; }

        public int End { get; init; }

        public int Groups { get; init; }

        public SensitiveClass? Identify(in ScanPlace place)
        {
            var isDigits = !Compact.ContainsAnyExcept(Chars.Digits);
            var decimals = IsFraction();
            if (isDigits && !Mixed && !decimals && IsCard(in place)) return SensitiveClasses.PaymentCard;
            if (!isDigits && !Mixed && Iban.IsValid(Compact)) return SensitiveClasses.Iban;
            if (!decimals && Identity(isDigits, in place) is { } identity) return identity;

            // A bare number needs the word before it; under a key the key has already spoken.
            return isDigits && Compact.Length is >= 9 and <= 15 && Start > 0 && Context(s_phoneWords, default) ? SensitiveClasses.Phone : null;
        }

        /// <summary>A word nearby decides between numbers of the same form, then the form itself.</summary>
        private SensitiveClass? Identity(bool isDigits, in ScanPlace place)
        {
            SensitiveClass? byForm = null;
            foreach (var rule in IdRules.OfLength(Compact.Length))
            {
                if ((!isDigits && rule.DigitsOnly) || !rule.Check(Compact)) continue;
                if (!Mixed && Context(rule.ContextWords, place.Key)) return rule.Class;
                if (byForm is null && HasTypicalForm(rule)) byForm = rule.Class;
            }

            return byForm;
        }

        private bool IsCard(in ScanPlace place)
        {
            if (!CardNumber.IsValid(Compact, out var usual)) return false;
            if (Groups > 1 && (Text.Slice(Start, 4).ContainsAny((byte)' ', (byte)'-', (byte)'.') || Shape.ContainsAny((byte)'.', (byte)'/'))) return false;
            return usual || Context(s_cardWords, place.Key);
        }

        /// <summary>Digits behind a decimal point prove nothing.</summary>
        private bool IsFraction() =>
            Groups == 1 && ((Start > 1 && Text[Start - 1] == '.' && Chars.IsDigit(Text[Start - 2]))
                            || (End + 1 < Text.Length && Text[End] == '.' && Chars.IsDigit(Text[End + 1])));

        private bool HasTypicalForm(IdRule rule)
        {
            if (rule.StandsAlone && Groups == 1) return true;
            foreach (var shape in rule.ShapeTexts) if (Shape.SequenceEqual(shape)) return true;
            return false;
        }

        private bool Context(byte[][] words, ReadOnlySpan<byte> key) => ContextWords.StandBefore(Text, Start, words) || ContextWords.Any(key, words);
    }

    private static byte[][] Words(string words) => [.. words.Split(' ').Select(Encoding.ASCII.GetBytes)];
}
