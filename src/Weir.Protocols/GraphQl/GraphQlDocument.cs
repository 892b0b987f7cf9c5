using Weir.Records;

namespace Weir.Protocols.GraphQl;

/// <summary>Finds the operation that a GraphQL document asks for (GraphQL specification, §2.2 to §2.5). One pass, no tree.</summary>
internal static class GraphQlDocument
{
    /// <summary>Reads a document and adds its operation: the one of that name, or the first.</summary>
    /// <param name="document">UTF-8.</param>
    /// <param name="operationName">Which one is executed when there are several; empty when nobody said.</param>
    /// <param name="cut">The document may end anywhere, because only its beginning was captured.</param>
    /// <param name="call">Receives the operation.</param>
    /// <returns>False when this is no GraphQL document; nothing was added then.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> document, ReadOnlySpan<byte> operationName, bool cut, GraphQlCall call)
    {
        var lexer = new GraphQlLexer(document);
        var found = default(Found);
        while (true)
        {
            var token = lexer.Next();
            if (token == GraphQlToken.End) break;
            if (!ReadDefinition(ref lexer, token, operationName, ref found))
            {
                if (cut && found.Any) break;
                return false;
            }
        }

        if (!found.Any) return false;
        var name = found.Name.IsEmpty ? operationName : found.Name;
        call.Operations.Add(new GraphQlOperation(found.Type, call.Text.Append(name), call.Text.Append(found.Field)));
        return true;
    }

    private static bool ReadDefinition(
        scoped ref GraphQlLexer lexer, GraphQlToken token, ReadOnlySpan<byte> wanted, ref Found found)
    {
        var here = new Found { Any = true, Type = GraphQlType.Query };
        if (token == GraphQlToken.Name)
        {
            if (lexer.Text.SequenceEqual("fragment"u8)) return SkipTo(ref lexer, (byte)'{') && SkipBalanced(ref lexer);
            if (lexer.Text.SequenceEqual("mutation"u8)) here.Type = GraphQlType.Mutation;
            else if (lexer.Text.SequenceEqual("subscription"u8)) here.Type = GraphQlType.Subscription;
            else if (!lexer.Text.SequenceEqual("query"u8)) return false;
            token = lexer.Next();
            if (token == GraphQlToken.Name)
            {
                here.Name = lexer.Text;
                token = lexer.Next();
            }

            if (!SkipVariablesAndDirectives(ref lexer, ref token)) return false;
        }

        if (token != GraphQlToken.Punctuator || !lexer.Is((byte)'{')) return false;
        var whole = ReadSelection(ref lexer, out var field);
        here.Field = field;
        if (!found.Any || (!wanted.IsEmpty && here.Name.SequenceEqual(wanted))) found = here;
        return whole;
    }

    private static bool SkipVariablesAndDirectives(scoped ref GraphQlLexer lexer, ref GraphQlToken token)
    {
        while (token == GraphQlToken.Punctuator && !lexer.Is((byte)'{'))
        {
            if (lexer.Is((byte)'(') && !SkipBalanced(ref lexer)) return false;
            else if (lexer.Is((byte)'@') && lexer.Next() != GraphQlToken.Name) return false;
            else if (lexer.Is((byte)'}') || lexer.Is((byte)':')) return false;
            token = lexer.Next();
        }

        return true;
    }

    /// <summary>From behind the opening brace to behind the closing one; the first field on the way, not looking into named fragments.</summary>
    private static bool ReadSelection(scoped ref GraphQlLexer lexer, out ReadOnlySpan<byte> field)
    {
        field = default;
        for (var depth = 1; depth > 0;)
        {
            switch (lexer.Next())
            {
                case GraphQlToken.Name:
                    field = lexer.Text;
                    var token = lexer.Next();
                    if (token == GraphQlToken.Punctuator && lexer.Is((byte)':'))
                    {
                        // What stood first was an alias.
                        if (lexer.Next() != GraphQlToken.Name) return false;
                        field = lexer.Text;
                        token = lexer.Next();
                    }

                    return SkipRest(ref lexer, token, depth);
                case GraphQlToken.Spread:
                    if (!ReadSpread(ref lexer, ref depth)) return false;
                    break;
                case GraphQlToken.Punctuator when lexer.Is((byte)'}'):
                    depth--;
                    break;
                case GraphQlToken.Punctuator when lexer.Is((byte)'{'):
                    depth++;
                    break;
                case GraphQlToken.Punctuator when lexer.Is((byte)'@'):
                    if (lexer.Next() != GraphQlToken.Name) return false;
                    break;
                case GraphQlToken.Punctuator when lexer.Is((byte)'('):
                    if (!SkipBalanced(ref lexer)) return false;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    /// <summary>Behind <c>...</c>: a name, <c>on</c> and a type, a directive, or the brace itself.</summary>
    private static bool ReadSpread(scoped ref GraphQlLexer lexer, ref int depth)
    {
        var token = lexer.Next();
        if (token == GraphQlToken.Name)
            return !lexer.Text.SequenceEqual("on"u8) || lexer.Next() == GraphQlToken.Name;
        if (token != GraphQlToken.Punctuator) return false;
        if (lexer.Is((byte)'@')) return lexer.Next() == GraphQlToken.Name;
        if (!lexer.Is((byte)'{')) return false;
        depth++;
        return true;
    }

    private static bool SkipTo(scoped ref GraphQlLexer lexer, byte punctuator)
    {
        while (true)
        {
            var token = lexer.Next();
            if (token is GraphQlToken.End or GraphQlToken.Invalid) return false;
            if (token == GraphQlToken.Punctuator && lexer.Is(punctuator)) return true;
        }
    }

    /// <summary>From behind an opening bracket to behind the one that closes it.</summary>
    private static bool SkipBalanced(scoped ref GraphQlLexer lexer) => SkipRest(ref lexer, lexer.Next(), 1);

    private static bool SkipRest(scoped ref GraphQlLexer lexer, GraphQlToken token, int depth)
    {
        for (; ; token = lexer.Next())
        {
            if (token is GraphQlToken.End or GraphQlToken.Invalid) return false;
            if (token != GraphQlToken.Punctuator) continue;
            if (lexer.Is((byte)'{') || lexer.Is((byte)'(') || lexer.Is((byte)'[')) depth++;
            else if (lexer.Is((byte)'}') || lexer.Is((byte)')') || lexer.Is((byte)']')) depth--;
            if (depth == 0) return true;
        }
    }

    private ref struct Found
    {
        public bool Any;
        public GraphQlType Type;
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Field;
    }
}
