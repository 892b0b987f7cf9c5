using System.Text;
using Weir.Protocols.Http2.Hpack;
using Xunit;

namespace Weir.Protocols.Tests.Http2;

public sealed class HpackTests
{
    private sealed class Fields : IHpackReceiver
    {
        public List<string> List { get; } = [];

        public void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            List.Add($"{Encoding.Latin1.GetString(name)}: {Encoding.Latin1.GetString(value)}");

        public void OnUnknownField() => List.Add("?");
    }

    private readonly HpackDecoder _decoder = new(65_536);

    private string Decode(string hex) => Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _);

    private string Decode(byte[] block, out HpackOutcome outcome)
    {
        var fields = new Fields();
        outcome = _decoder.Decode(block, fields);
        return string.Join("\n", fields.List);
    }

    private string Table() => string.Join("\n", Enumerable.Range(0, _decoder.Table.Count).Select(i =>
    {
        Assert.True(_decoder.Table.TryGet(i, out var name, out var value, out _));
        return $"{Encoding.Latin1.GetString(name)}: {Encoding.Latin1.GetString(value)}";
    })) + $"\n{_decoder.Table.Size}";

    [Fact]
    public void Single_fields_of_RFC_7541_C_2()
    {
        Assert.Equal("custom-key: custom-header", Decode("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"));
        Assert.Equal("custom-key: custom-header\n55", Table());
        Assert.Equal(":path: /sample/path", Decode("040c 2f73 616d 706c 652f 7061 7468"));
        Assert.Equal("password: secret", Decode("1008 7061 7373 776f 7264 0673 6563 7265 74"));
        Assert.Equal(":method: GET", Decode("82"));
        Assert.Equal("custom-key: custom-header\n55", Table());
    }

    [Theory]
    [InlineData(
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65")]
    [InlineData(
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf")]
    public void Requests_of_RFC_7541_C_3_and_C_4(string first, string second, string third)
    {
        Assert.Equal(":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com", Decode(first));
        Assert.Equal(":authority: www.example.com\n57", Table());
        Assert.Equal(
            ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache", Decode(second));
        Assert.Equal("cache-control: no-cache\n:authority: www.example.com\n110", Table());
        Assert.Equal(
            ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value", Decode(third));
        Assert.Equal("custom-key: custom-value\ncache-control: no-cache\n:authority: www.example.com\n164", Table());
    }

    [Theory]
    [InlineData(
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31")]
    [InlineData(
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07")]
    public void Responses_with_eviction_of_RFC_7541_C_5_and_C_6(string first, string second, string third)
    {
        _decoder.Allow(256);
        _decoder.Table.Resize(256);
        Assert.Equal(
            ":status: 302\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com", Decode(first));
        Assert.EndsWith("\n222", Table(), StringComparison.Ordinal);
        Assert.Equal(
            ":status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com", Decode(second));
        Assert.StartsWith(":status: 307\nlocation:", Table(), StringComparison.Ordinal);
        Assert.Equal(
            ":status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\nlocation: https://www.example.com\n"
            + "content-encoding: gzip\nset-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1", Decode(third));
        Assert.Equal(
            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\ncontent-encoding: gzip\n"
            + "date: Mon, 21 Oct 2013 20:13:22 GMT\n215", Table());
    }

    [Theory]
    [InlineData("80", nameof(HpackOutcome.IndexInvalid))]
    [InlineData("be", nameof(HpackOutcome.IndexInvalid))]
    [InlineData("7e0161", nameof(HpackOutcome.IndexInvalid))]
    [InlineData("ffffffffffffffff", nameof(HpackOutcome.Truncated))]
    [InlineData("ff", nameof(HpackOutcome.Truncated))]
    [InlineData("0003616263", nameof(HpackOutcome.Truncated))]
    [InlineData("00036162630a78", nameof(HpackOutcome.Truncated))]
    [InlineData("000161", nameof(HpackOutcome.Truncated))]
    [InlineData("00016184ffffffff", nameof(HpackOutcome.HuffmanInvalid))]
    [InlineData("000161821fff", nameof(HpackOutcome.HuffmanInvalid))]
    [InlineData("00016181fe", nameof(HpackOutcome.HuffmanInvalid))]
    [InlineData("3fe23f", nameof(HpackOutcome.SizeUpdateInvalid))]
    [InlineData("8220", nameof(HpackOutcome.SizeUpdateInvalid))]
    [InlineData("203fe11f82", nameof(HpackOutcome.Complete))]
    [InlineData("", nameof(HpackOutcome.Complete))]
    public void Broken_blocks_have_a_name(string hex, string expected)
    {
        Decode(Convert.FromHexString(hex), out var outcome);
        Assert.Equal(expected, outcome.ToString());
    }

    [Fact]
    public void All_bytes_survive_Huffman_coding()
    {
        // Coded by another implementation (python-hpack): the bytes 0 to 255.
        var coded = Convert.FromHexString(HuffmanSamples.AllBytes);
        var output = new byte[Huffman.MaxDecodedBytes(coded.Length)];
        Assert.True(Huffman.TryDecode(coded, output, out var length));
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)i), output.AsSpan(0, length).ToArray());
    }

    [Fact]
    public void Long_Huffman_strings_of_every_length_decode()
    {
        foreach (var (text, hex) in HuffmanSamples.Texts)
        {
            var coded = Convert.FromHexString(hex);
            var output = new byte[Huffman.MaxDecodedBytes(coded.Length)];
            Assert.True(Huffman.TryDecode(coded, output, out var length));
            Assert.Equal(text, Encoding.Latin1.GetString(output.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Entries_from_before_the_join_are_unknown_and_later_ones_are_right()
    {
        _decoder.Lose();
        Assert.Equal(":method: GET\n?\n?", Decode("82be bf"));
        Assert.Equal("a: 1", Decode("4001 6101 31"));
        // The new entry is 62; what was 62 before is 63 now and still unknown.
        Assert.Equal("a: 1\n?", Decode("bebf"));
        Assert.Equal("b: 2\nb: 2\na: 1\n?", Decode("4001 6201 32 bebfc0"));
        // The value of an unknown name is not told either: whatever masks by name could not see it.
        Assert.Equal("?\n?\nb: 2", Decode("7f01 0133 bebf"));
        Assert.Equal("b: 4", Decode("7f00 0134"));
    }

    [Fact]
    public void After_a_table_was_emptied_or_filled_nothing_is_unknown()
    {
        _decoder.Lose();
        Decode(Convert.FromHexString("2082be"), out var outcome);
        Assert.Equal(HpackOutcome.IndexInvalid, outcome);
        _decoder.Lose();
        Decode("3f45");
        foreach (var value in "123") Decode($"4001 6101 {(int)value:x2}");
        Assert.Equal("a: 3\na: 2\n68", Table());
        Decode(Convert.FromHexString("c0"), out outcome);
        Assert.Equal(HpackOutcome.IndexInvalid, outcome);
    }

    [Fact]
    public void A_lowered_size_must_be_signalled_after_the_acknowledgment()
    {
        Decode("4001 6101 31");
        _decoder.Allow(0);
        Assert.Equal(":method: GET\na: 1", Decode(Convert.FromHexString("82be"), out var outcome));
        Assert.Equal(HpackOutcome.SizeUpdateMissing, outcome);
        _decoder.Allow(100);
        Decode(Convert.FromHexString("203f4582"), out outcome);
        Assert.Equal(HpackOutcome.Complete, outcome);
        Assert.Equal("\n0", Table());
        Decode(Convert.FromHexString("3f4682"), out outcome);
        Assert.Equal(HpackOutcome.SizeUpdateInvalid, outcome);
    }

    [Fact]
    public void Tables_larger_than_the_limit_forget_old_entries_instead_of_guessing()
    {
        var decoder = new HpackDecoder(100);
        decoder.Allow(4096);
        var fields = new Fields();
        decoder.Decode(Convert.FromHexString("400161013140016201324001630133"), fields);
        decoder.Decode(Convert.FromHexString("bebfc0"), fields);
        Assert.Equal("a: 1,b: 2,c: 3,c: 3,b: 2,?", string.Join(",", fields.List));
    }
}
