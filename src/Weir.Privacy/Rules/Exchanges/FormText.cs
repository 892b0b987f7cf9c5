namespace Weir.Privacy.Rules.Exchanges;

/// <summary>A query or a form body (WHATWG URL §5.1) as pieces between <c>&amp;</c>; what is not edited stays as sent.</summary>
internal sealed class FormText
{
    private readonly List<string?> _pieces = [];

    /// <param name="text">Without question mark.</param>
    /// <param name="maximum">Pieces told apart; what follows is one more.</param>
    public FormText(string text, int maximum)
    {
        while (_pieces.Count < maximum && text.IndexOf('&', StringComparison.Ordinal) is >= 0 and var end)
        {
            _pieces.Add(text[..end]);
            text = text[(end + 1)..];
        }

        _pieces.Add(text);
    }

    public int Count => _pieces.Count;

    public bool IsEdited { get; private set; }

    public bool IsBlank(int index) => string.IsNullOrEmpty(_pieces[index]);

    public string Raw(int index) => _pieces[index] ?? "";

    public string Name(int index) => PercentText.DecodeForm(Split(index).Name);

    /// <summary>A piece without equals sign is its own value, or rules for values would never see it.</summary>
    public string Value(int index) => PercentText.DecodeForm(Split(index).Value ?? Split(index).Name);

    public void Remove(int index)
    {
        IsEdited = true;
        _pieces[index] = null;
    }

    public void Change(int index, string value)
    {
        IsEdited = true;
        var encoded = PercentText.EncodeForm(value);
        _pieces[index] = Split(index) is (var name, not null) ? $"{name}={encoded}" : encoded;
    }

    public override string ToString() => string.Join('&', _pieces.Where(piece => piece is not null));

    private (string Name, string? Value) Split(int index)
    {
        var piece = Raw(index);
        var equals = piece.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (piece, null) : (piece[..equals], piece[(equals + 1)..]);
    }
}
