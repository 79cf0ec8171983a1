package completion

// BashWords goes behind cobra's script, which asks the bash-completion package
// for the words of the command line, and fails where that is not installed. bash
// itself splits words at = and : too; what no space divides is put together again.
const BashWords = `
__napter-connect_init_completion()
{
    COMPREPLY=()
    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
        _get_comp_words_by_ref "$@" cur prev words cword
        return
    fi
    local i word last=-1 line=${COMP_LINE}
    words=()
    cword=0
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 0)) && [[ ${line} != [[:space:]]* ]]; then
            words[last]+=${word}
        else
            ((last += 1))
            words[last]=${word}
        fi
        line=${line#"${line%%[![:space:]]*}"}
        line=${line#"${word}"}
        ((i == COMP_CWORD)) && cword=${last}
    done
    cur=${words[cword]}
    prev=
    ((cword > 0)) && prev=${words[cword - 1]}
    return 0
}
`
