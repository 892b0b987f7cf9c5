namespace Weir.Protocols.Tests.Http2;

/// <summary>Strings as python-hpack codes them.</summary>
internal static class HuffmanSamples
{
    public const string AllBytes =
        "ffc7fffd8fffffe2fffffe3fffffe4fffffe5fffffe6fffffe7fffffe8ffffeafffffff3fffffa7fffffabffffffdfffffebfffffecfff"
        + "ffedfffffeefffffefffffff0ffffff1ffffff2fffffffbfffffcffffffd3fffffd7fffffdbfffffdffffffe3fffffe7fffffebfffffed"
        + "4fe3f9ffaffcabf1febfafefe7fdfd2cbb00089969b71d79fb9f7fff20ffbff3ff50ddbd7f061c58f265cd9f469d5af66dddbf871e5f9c"
        + "ff7ff7fffc3ff9ffe45fff4719242cb34e6e9d68a6a3d7dac426defe3cfaf7fffbfe7ffbffdffffffcfffe6ffff4bfff9ffffa3fffd3ff"
        + "ff53fffd5ffffb3fffeb7fffdaffffb7ffff73fffeeffffdeffffebffffbfffffd9ffffdbfffebffffe0ffffeeffffc3ffff8bffff1fff"
        + "fe4fffee7fffb1ffff97fffd9ffffcdffff9fffffbffffdafffeeffff4ffffb7fffee7fffe8ffffd3fffdeffffd5fffeeffffbdffffe1f"
        + "ffdfffff7fffff5ffffecffff07fff87fffe0ffff17fffedffff87ffff77fffeffffeaffff8bfffe3ffff93ffff87fffcbffff37ffff1f"
        + "ffff83ffffe1fffebfffe3ffff3fffff2ffffa3ffffd9fffff17ffffc7fffff27ffffdefffffbffffff2fffff8fffffb7fff97fff8ffff"
        + "fe6fffffc1fffff87ffffe7fffffc5ffffe5fffe4ffff2fffffd1fffff4ffffffefffffe3fffffc9fffff97fffb3ffffcffffb7fffcdff"
        + "ff4ffff9ffffd1ffffcffffeaffffafffffddffffeffffff4fffff5fffffabffffa7ffffd7fffff9bffffecfffffb7fffff3fffffe8fff"
        + "ffd3fffffabfffff5fffffff7ffffecfffffdbfffffbbfffff7ffffff0fffffbbf";

    public static IReadOnlyList<(string Text, string Hex)> Texts { get; } =
    [
        ("", ""),
        (":", "b9"),
        ("qC", "ed7b"),
        ("wZ%", "f1faaf"),
        ("^~C;", "fff3ffb7beff"),
        ("\\7b~3", "fffe0ec7ffd67f"),
        ("Y^p;d@", "e7ffe57f727feb"),
        ("khx4<py", "eb3f96bffe57eb"),
        ("8g-paBn0", "7a65ab1dda81"),
        ("rl$<YykX{", "b28ffcfffce7ebafe7ffef"),
        ("ei::2iia<a", "29ae5c118c3fff83"),
        ("nYn`k<ksu`m", "ab9d5fff7afffcea8b7ffed3"),
        ("8> =nl^`%m``", "7bfed482aa3ffcfffaad3fff7ffeff"),
        ("@ytbx0k\\jqevt", "ffd7a4c7e41d7fff874ec5ee9f"),
        ("}./a. Avetw}t4", "fff57606ba90f72a7c7ffa96bf"),
        ("%ul44Aldq^b^Cw|", "56da1a6a1a24edffe47ffe5ef1ff3f"),
        ("zb9Z0xy/~a2cAl:`", "f71bffa0f3e98ffe8c44868b9fff7f"),
        ("`mhXp\\}^3w6w@7qY3", "fffb4cff95ffff0fff7ffc67c39e3ff4ef6e6cff"),
        ("g/CY{x<sc1^fnv6:x$", "998bdcffff79fff88207ffc96aeee5cf3ff9"),
        ("jvr\\%8ft utl{f=jB%t", "e9decfffe0abd2a54b5347ffe960e97554ff"),
        ("4kBdf.8\\zcpC.w}q3;0j", "6badd9255defffe1ec95de5fc7ffbd99fb074f"),
        ("d$=c{5v~niB-^i=@Z0gk1", "93ff3013fff37dfffb51aeadffe1a0ffd7e826ea1f"),
        ("xjd|0sj3\\:|k73`5%Bu4rs", "f3d24ff8047467fff85cff9d5d67ffeb6addb5ab11"),
        ("4z@jhy}8`l=\\5<vlf5r6Z9<", "6bdffeba4febffd7bffed107fff06fffe77a256ec73f5ffff9"),
        ("6xeZZYw%/,cXtx9A,r~5qY%As`^v;l/|a49Yqu,r3s}6; {wwr;wC^~0w\\~l<<%", "73c97f7f79f8558fa27e27cbf0fd59ffd6fb7356147ffdfff3bfdd0c7fc1b4ff3ed6fd58ca3ffd73ed4fffde3c59f7e2f7ff9ffd078fffe1ffda3ffe7ffc57"),
        ("2x`v7j7km~x\\|4s%fB,B0k:Y\\/7,\\0t:9Y<=rBbmk/2:;loX l=Ac4okd@ihu`l4", "179fffbddde8ef5a7ffbe7fff87fc690acb77eae83adce7fffc1877ebfff801371fe7fff20b2ec74f560573ee83fe29441091a3f593ff469edfffb435f"),
        ("m9c03wy,:e/npA@xawz^r|0<h%~9x`c9:tgs86v^/s`w}i00}-;8x3jk.y-4`m`i.", "a5f2019f1ebeae158aab87ff5e47e3dfff967fc07ffc9d5ffebfe7ffe91fb89990f39dfffc611fff7c7ffa6003ffd5bedef2cf4eabfa59afffb4fffd32ff"),
        ("fw}@,aygu-$:8ju=>@-y11o5s4Ayy`|$k..qCt5q0bu^t5\\sj4bh,:`2pscZi}za489rp\\4Zcp5r|jBss5.47;<.>C@hbXits8Av:sB7b3wx C}/icaq93 $g> 8ma1Y{1.-%A`=;4|$~y4z |Bm@s3~Xet~a%Y1/s;Y4$tjk4%9>5v8j1/8{deBor}fZe,^bvB1ez%5",
            "97c7ffbffafa1fa9ad5bff371ee96c1ff7ffa5bd04276d0d43ebd7ffdff9ff9eabafdaf25bec08edfff12dffff04746a39feae7ffd1568"
            + "27e9bffdf6369e7ecaffff835fa4adbb3fe74ba8436bb4efdfffc5ffeef7fea78ff0c943d0f7b88baec6cf8f2a5efff583107d9f654ffc"
            + "cdff6a3d48c3cffff05759587ffec1f6d7fcffcfff7d35ed4ff9769ffd219ffefe153ffd1abcc2c23ef9b5ff94f4ead2afffdb7ddee816"
            + "1efffd216e9ecfff65fd2fd7ff91f7ba12fb55bf"),
    ];
}
